"""Secrets: only their hashes are kept, so a copy of the file gives nobody access."""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.store.access import PERMISSIONS, Permission, Scope

__all__ = [
    "ActingAs",
    "Credential",
    "add_oauth_token",
    "add_user",
    "find",
    "fresh_container_token",
    "new_container_token",
    "put_container_token",
    "set_permissions",
]

Kind: TypeAlias = Literal["container", "user", "oauth"]
ActingAs: TypeAlias = Literal["user", "app"]

TOKEN_PREFIX = "ATCTT3x"  # noqa: S105 - what real container tokens begin with (section 2)
TOKEN_BYTES = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """Who is calling."""

    id: int
    kind: Kind
    source_number: int | None
    """The one import source a container token is bound to."""
    email: str | None
    acting_as: ActingAs
    """A container token works for the app, a Basic credential for its user."""
    scopes: frozenset[Scope] | None
    """What an OAuth token reaches; None is no limit by scope."""
    permissions: frozenset[Permission]
    created: str

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
        "INSERT INTO credentials (kind, source_number, acting_as, secret_hash, created)"
        " VALUES ('container', ?, 'app', ?, ?) ON CONFLICT (source_number) WHERE kind = 'container'"
        " DO UPDATE SET secret_hash = excluded.secret_hash, created = excluded.created",
        (source_number, _hash(token), instant.now()),
    )


def add_user(connection: sqlite3.Connection, email: str) -> str:
    """Make an API token for a user; one user may have many."""
    api_token = "ATATT3x" + secrets.token_urlsafe(TOKEN_BYTES)
    _add(connection, "user", f"{email}:{api_token}", acting_as="user", email=email)
    return api_token


def add_oauth_token(
    connection: sqlite3.Connection,
    *,
    acting_as: ActingAs,
    email: str | None,
    scopes: Iterable[Scope],
) -> str:
    """Make an access token for a user (``asUser``), or for the app itself (``asApp``)."""
    token = "eyJ" + secrets.token_urlsafe(TOKEN_BYTES)
    _add(connection, "oauth", token, acting_as=acting_as, email=email, scopes=sorted(scopes))
    return token


def set_permissions(
    connection: sqlite3.Connection, email: str, permissions: Iterable[Permission]
) -> None:
    """Choose what a user may do, from now on and by every credential; at first it is all."""
    connection.execute(
        "INSERT OR REPLACE INTO users (email, permissions) VALUES (?, ?)",
        (email, _json(sorted(permissions))),
    )


def find(connection: sqlite3.Connection, kind: Kind, secret: str) -> Credential | None:
    """Look a secret up by its hash; a user's secret is ``email:apiToken``."""
    wanted = _hash(secret)
    row = connection.execute(
        "SELECT id, source_number, email, acting_as, scopes, permissions, created, secret_hash"
        " FROM credentials LEFT JOIN users USING (email) WHERE secret_hash = ? AND kind = ?",
        (wanted, kind),
    ).fetchone()
    if row is None or not hmac.compare_digest(row[7], wanted):
        return None
    number, source_number, email, acting_as, scopes, permissions, created, _ = row
    return Credential(
        id=number,
        kind=kind,
        source_number=source_number,
        email=email,
        acting_as=acting_as,
        scopes=None if scopes is None else frozenset(msgspec.json.decode(scopes)),
        permissions=frozenset(
            PERMISSIONS if permissions is None else msgspec.json.decode(permissions)
        ),
        created=created,
    )


def _add(
    connection: sqlite3.Connection,
    kind: Kind,
    secret: str,
    *,
    acting_as: ActingAs,
    email: str | None,
    scopes: list[Scope] | None = None,
) -> None:
    connection.execute(
        "INSERT INTO credentials (kind, email, acting_as, scopes, secret_hash, created)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            kind,
            email,
            acting_as,
            None if scopes is None else _json(scopes),
            _hash(secret),
            instant.now(),
        ),
    )


def _json(names: Iterable[str]) -> str:
    return msgspec.json.encode(list(names)).decode()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
