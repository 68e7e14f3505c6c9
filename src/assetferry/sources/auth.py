"""The headers by which a source knows who asks (no I/O)."""

import base64
from collections.abc import Callable, Iterator
from typing import TypeAlias

from assetferry.definition.auth import Auth, BasicAuth, BearerAuth, HeaderAuth
from assetferry.definition.secrets import Secret, SecretReference

__all__ = ["Credential", "Resolve"]

Resolve: TypeAlias = Callable[[SecretReference], Secret]
"""From a reference to its value; raises SecretMissing where this process cannot have it."""


class Credential:
    """What one source is shown, and what must never be shown to anybody else."""

    def __init__(self, auth: Auth, resolve: Resolve) -> None:
        """Resolve what ``auth`` refers to, once; its repr shows nothing of it."""
        self._auth = auth
        self._secret = Secret("")
        match auth:
            case BearerAuth(token=reference):
                self._secret = resolve(reference)
            case HeaderAuth(value=reference):
                self._secret = resolve(reference)
            case BasicAuth(password=reference):
                self._secret = resolve(reference)
            case _:
                pass

    def headers(self) -> Iterator[tuple[str, str]]:
        """Yield the headers of one request to the source's own origin."""
        match self._auth:
            case BearerAuth():
                yield "Authorization", f"Bearer {self._secret.reveal()}"
            case HeaderAuth(name=name):
                yield name, self._secret.reveal()
            case BasicAuth():
                yield "Authorization", f"Basic {self._basic()}"
            case _:
                return

    def hidden(self) -> Iterator[str]:
        """Yield every text that gives the secret away, to be masked in messages."""
        if secret := self._secret.reveal():
            yield secret
        if isinstance(self._auth, BasicAuth):
            yield self._basic()

    def _basic(self) -> str:
        if not isinstance(self._auth, BasicAuth):
            return ""
        pair = f"{self._auth.username}:{self._secret.reveal()}"
        return base64.b64encode(pair.encode()).decode("ascii")
