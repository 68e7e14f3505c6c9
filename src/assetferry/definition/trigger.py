"""How others may begin a run: the web trigger that ``assetferry serve`` answers."""

from pydantic import Field

from assetferry.definition.model import Model
from assetferry.definition.secrets import SecretReference
from assetferry.definition.urls import Url

__all__ = ["Trigger"]


class Trigger(Model):
    """The web trigger of this import, where assetferry serve listens for it."""

    public_url: Url | None = Field(
        default=None,
        description="Where callers reach assetferry serve, for the addresses it gives out: "
        "https://ferry.example.com.",
    )
    secret: SecretReference | None = Field(
        default=None,
        description="Reference to the secret that callers sign with (Standard Webhooks); where it "
        "is set, a call without a right signature is refused.",
    )
