"""How a source wants to be shown who asks. Secrets travel in headers only."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from assetferry.definition.model import Model
from assetferry.definition.secrets import SecretReference

__all__ = ["Auth", "BasicAuth", "BearerAuth", "HeaderAuth", "NoAuth"]


class NoAuth(Model):
    """The source asks nothing."""

    type: Literal["none"] = Field(default="none", description="No authentication.")


class BearerAuth(Model):
    """``Authorization: Bearer …``."""

    type: Literal["bearer"] = Field(description="A bearer token.")
    token: SecretReference = Field(description="Reference to the token.")


class HeaderAuth(Model):
    """A header of the service's own, such as ``X-Api-Key``."""

    type: Literal["header"] = Field(description="A key in a header of its own.")
    name: str = Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", description="The header's name.")
    value: SecretReference = Field(description="Reference to the header's whole value.")


class BasicAuth(Model):
    """``Authorization: Basic …``."""

    type: Literal["basic"] = Field(description="User name and password.")
    username: str = Field(min_length=1, description="The user name.")
    password: SecretReference = Field(description="Reference to the password.")


Auth: TypeAlias = Annotated[
    NoAuth | BearerAuth | HeaderAuth | BasicAuth, Field(discriminator="type")
]
