"""Secrets: only their hashes are kept, so a copy of the file gives nobody access."""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Literal

from assetferry.local_assets import instant

__all__ = [
    "Credential",
    "add_user",
    "find",
    "fresh_container_token",
    "new_container_token",
    "put_container_token",
]

TOKEN_PREFIX = "ATCTT3x"  # noqa: S105 - what real container tokens begin with (section 2)
TOKEN_BYTES = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """Who is calling."""

    kind: Literal["container", "user"]
    source_number: int | None
    """The one import source a container token is bound to."""
    email: str | None

    @property
    def actor(self) -> str:
        """Name the caller in the import history."""
        return self.email or "app"


def new_container_token(connection: sqlite3.Connection, source_number: int) -> str:
    """Make the source's token; the old one stops working at once (section 2)."""
    token = fresh_container_token()
    put_container_token(connection, source_number, token)
    return token


def fresh_container_token() -> str:
    """Make up a token that is not valid yet."""
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def put_container_token(connection: sqlite3.Connection, source_number: int, token: str) -> None:
    """Make this the source's one valid token."""
    connection.execute(
        "INSERT INTO credentials (kind, source_number, secret_hash, created)"
        " VALUES ('container', ?, ?, ?) ON CONFLICT (source_number) WHERE kind = 'container'"
        " DO UPDATE SET secret_hash = excluded.secret_hash, created = excluded.created",
        (source_number, _hash(token), instant.now()),
    )


def add_user(connection: sqlite3.Connection, email: str) -> str:
    """Make an API token for a user; one user may have many."""
    api_token = "ATATT3x" + secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(
        "INSERT INTO credentials (kind, email, secret_hash, created) VALUES ('user', ?, ?, ?)",
        (email, _hash(f"{email}:{api_token}"), instant.now()),
    )
    return api_token


def find(
    connection: sqlite3.Connection, kind: Literal["container", "user"], secret: str
) -> Credential | None:
    """Look a secret up by its hash; a user's secret is ``email:apiToken``."""
    wanted = _hash(secret)
    row = connection.execute(
        "SELECT source_number, email, secret_hash FROM credentials"
        " WHERE secret_hash = ? AND kind = ?",
        (wanted, kind),
    ).fetchone()
    if row is None or not hmac.compare_digest(row[2], wanted):
        return None
    return Credential(kind=kind, source_number=row[0], email=row[1])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
