"""Whom to tell when an import needs a person."""

from typing import Literal, TypeAlias

from pydantic import Field

from assetferry.definition.model import Model
from assetferry.definition.secrets import SecretReference

__all__ = ["Notify", "Occasion"]

Occasion: TypeAlias = Literal["held", "failed", "partial", "blocked"]


class Notify(Model):
    """A webhook that is told when an import needs a person."""

    url: SecretReference = Field(
        description="Reference to the address that is told; such addresses are secrets. Its host "
        "must be allowed under [egress]."
    )
    secret: SecretReference | None = Field(
        default=None,
        description="Reference to the secret that notices are signed with (Standard Webhooks).",
    )
    on: tuple[Occasion, ...] = Field(
        default=("held", "failed", "partial", "blocked"),
        strict=False,
        min_length=1,
        description="What is told: a run is held, has failed, is done in part, or keeps a "
        "scheduled one from beginning.",
    )
