"""As whom Assets is spoken to."""

import base64
from typing import Protocol

from assetferry.outbound.redaction import Secret

__all__ = ["ApiToken", "ContainerToken", "Credential"]


class Credential(Protocol):
    """What goes into the header, and what must not be repeated in a message."""

    def authorization(self) -> str:
        """Write the value of ``Authorization``."""
        ...

    def secrets(self) -> list[str]:
        """Name what a body may repeat and a message must not."""
        ...


class ContainerToken:
    """The token of one import source ("asApp")."""

    def __init__(self, token: Secret) -> None:
        """Keep it masked until it is sent."""
        self._token = token

    def authorization(self) -> str:
        """Bear the token."""
        return f"Bearer {self._token.reveal()}"

    def secrets(self) -> list[str]:
        """Name the token."""
        return [self._token.reveal()]


class ApiToken:
    """A person or service account with an API token ("asUser")."""

    def __init__(self, email: str, token: Secret) -> None:
        """Keep the token masked until it is sent."""
        self._email = email
        self._token = token

    def authorization(self) -> str:
        """Write both as HTTP's basic authentication has them."""
        return f"Basic {self._pair()}"

    def secrets(self) -> list[str]:
        """Name the token, plain and as it is sent."""
        return [self._token.reveal(), self._pair()]

    def _pair(self) -> str:
        return base64.b64encode(f"{self._email}:{self._token.reveal()}".encode()).decode()
