"""The Assets side of a definition: address, credentials, what happens to missing objects."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from assetferry.definition.model import Model
from assetferry.definition.secrets import SecretReference
from assetferry.definition.urls import Url

__all__ = ["ApiTokenUser", "Assets", "OAuthUser", "User"]


class ApiTokenUser(Model):
    """A person or service account with an API token."""

    email: str = Field(min_length=3, description="The account's e-mail address.")
    api_token: SecretReference = Field(description="Reference to the account's API token.")


class OAuthUser(Model):
    """A user who consented to an OAuth 2.0 app."""

    cloud_id: str = Field(min_length=1, description="The site's cloud id.")
    client_id: str = Field(min_length=1, description="The app's client id.")
    client_secret: SecretReference = Field(description="Reference to the app's client secret.")
    refresh_token: SecretReference = Field(description="Reference to the user's refresh token.")


def _kind(value: Any) -> str:
    oauth = {"cloud_id", "client_id", "client_secret", "refresh_token"}
    return "oauth" if isinstance(value, dict) and oauth & set(value) else "api_token"  # pyright: ignore[reportUnknownArgumentType]


User: TypeAlias = Annotated[
    Annotated[ApiTokenUser, Tag("api_token")] | Annotated[OAuthUser, Tag("oauth")],
    Discriminator(_kind),
]
"""Which of the two it is shows by its keys."""


class Assets(Model):
    """Where to import to, and as whom."""

    base_url: Url = Field(
        description="Root of the Assets API: https://api.atlassian.com, or the local server's."
    )
    token: SecretReference = Field(
        description="Reference to the import source's container token; does everything by default."
    )
    missing_objects: Literal["ignore", "remove", "unknown"] = Field(
        default="unknown",
        description="What the import source is set to do in Jira with objects that a run does "
        "not bring: ignore or remove. unknown counts as remove: safety assumes the worst.",
    )
    user: User | None = Field(
        default=None, description="Optional user credential for executions and schedules."
    )
