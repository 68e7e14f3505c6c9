"""Where records come from. One kind so far; others join the union by their ``type``."""

import json
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from assetferry.definition.attributes import Scalar
from assetferry.definition.auth import Auth, NoAuth
from assetferry.definition.expressions import Expression
from assetferry.definition.model import Model, mistake
from assetferry.definition.pagination import NoPagination, Pagination
from assetferry.definition.urls import Url

__all__ = ["AnySource", "RestSource"]


def _json(body: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError):
        raise mistake(
            "holds a date, a time, nan or inf, none of which JSON has",
            "Write it as text in quotes.",
        ) from None
    return body


class RestSource(Model):
    """A list behind an HTTP API that answers in JSON."""

    type: Literal["rest"] = Field(description="A REST API.")
    url: Url = Field(description="Address of the list.")
    records: Expression = Field(
        default="@", description="JMESPath from an answer to its list of records."
    )
    method: Literal["GET", "POST"] = Field(
        default="GET", description="POST only for services that take their query in a body."
    )
    body: Annotated[dict[str, Any], AfterValidator(_json)] | None = Field(
        default=None, description="JSON body of a POST; pagination still goes by query parameters."
    )
    headers: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Further request headers. Secrets belong into auth.",
    )
    params: dict[str, Scalar] = Field(
        default_factory=dict[str, Scalar],
        description="Further query parameters. Secrets belong into auth.",
    )
    auth: Auth = Field(
        default_factory=NoAuth, description="How to authenticate: none, bearer, header, basic."
    )
    pagination: Pagination = Field(
        default_factory=NoPagination,
        description="How the list is cut: none, offset, page, cursor, link.",
    )


AnySource: TypeAlias = RestSource
"""Every kind of source a definition may name."""
