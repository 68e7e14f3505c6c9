"""Who may call what (section 2).

A container token reaches ``imports/info`` and its own import source. A user's Basic credential
and an OAuth token reach everything but ``imports/info``, which is about a container token; an
OAuth token only as far as its scopes go. A user may lack a permission, whatever the credential.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import General, Refusal, Unauthorized, not_found
from assetferry.local_assets.limiter import Rate
from assetferry.local_assets.routes.call import Handler, Site, site_of
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.access import Permission, Scope
from assetferry.local_assets.store.credentials import Credential, find
from assetferry.local_assets.store.sources import ImportSource, import_source, workspace_exists

__all__ = [
    "IMPORTS",
    "OnSource",
    "SourceCall",
    "UserCall",
    "authenticate",
    "beyond_reach",
    "by_user",
    "on_source",
]

IMPORTS: Scope = "import:import-configuration:cmdb"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCall:
    """A call on an import source, by somebody who may."""

    request: Request
    site: Site
    credential: Credential
    source: ImportSource


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCall:
    """A call on a workspace, by a user or by an app with a token for all of it."""

    request: Request
    site: Site
    credential: Credential
    workspace_id: str


OnSource: TypeAlias = Callable[[SourceCall], Awaitable[Response]]
ByUser: TypeAlias = Callable[[UserCall], Awaitable[Response]]


def authenticate(request: Request) -> Credential:
    """Find out who is calling; 401 for anything but a credential that is valid now."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    reader = site_of(request).database.reader()
    credential = None
    if scheme.lower() == "bearer":
        token = value.strip()
        credential = find(reader, "container", token) or find(reader, "oauth", token)
    elif scheme.lower() == "basic":
        try:
            secret = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Unauthorized from error
        credential = find(reader, "user", secret)
    if credential is None or not _valid_now(credential, site_of(request).settings):
        raise Unauthorized
    return credential


def beyond_reach(request: Request) -> Refusal:
    """Refuse a container token where it does not reach."""
    if site_of(request).settings.out_of_reach == "403":
        return General(403, "The token does not reach this")
    return Unauthorized()


def on_source(handler: OnSource, *, needs: Permission | None = None) -> Handler:
    """Wrap a handler of an import source's route."""

    async def checked(request: Request) -> Response:
        credential = authenticate(request)
        _check_scope(request, credential, IMPORTS)
        workspace_id = _workspace(request)
        reader = site_of(request).database.reader()
        source_id: str = request.path_params["source"]
        source = import_source(reader, source_id)
        if source is None or source.workspace_id != workspace_id:
            raise not_found("Import source", source_id)
        if credential.kind == "container" and credential.source_number != source.number:
            raise beyond_reach(request)
        _check_permission(credential, needs)
        _count(request, credential, workspace_id, "calls")
        return await handler(
            SourceCall(request=request, site=site_of(request), credential=credential, source=source)
        )

    return checked


def by_user(
    handler: ByUser, scope: Scope, *, needs: Permission | None = None, rate: Rate = "calls"
) -> Handler:
    """Wrap a handler of a workspace's route, which container tokens do not reach."""

    async def checked(request: Request) -> Response:
        credential = authenticate(request)
        if credential.kind == "container":
            raise beyond_reach(request)
        _check_scope(request, credential, scope)
        workspace_id = _workspace(request)
        _check_permission(credential, needs)
        _count(request, credential, workspace_id, rate)
        return await handler(
            UserCall(
                request=request,
                site=site_of(request),
                credential=credential,
                workspace_id=workspace_id,
            )
        )

    return checked


def _valid_now(credential: Credential, settings: Settings) -> bool:
    """Tell whether a container token is known everywhere already, and not too old."""
    if credential.kind != "container" or not (settings.token_delay or settings.token_lifetime):
        return True
    age = (datetime.now(UTC) - datetime.fromisoformat(credential.created)).total_seconds()
    return settings.token_delay <= age and not 0 < settings.token_lifetime <= age


def _check_scope(request: Request, credential: Credential, scope: Scope) -> None:
    if credential.scopes is None or scope in credential.scopes:
        return
    if site_of(request).settings.missing_scope == "403":
        raise General(403, "Forbidden; scope does not match")
    raise Unauthorized("Unauthorized; scope does not match")


def _check_permission(credential: Credential, needs: Permission | None) -> None:
    if needs is not None and needs not in credential.permissions:
        raise General(403, "Missing permission")


def _count(request: Request, credential: Credential, workspace_id: str, rate: Rate) -> None:
    limiter = site_of(request).limiter
    if limiter is not None:
        # The parts of the path name the endpoint, with the ids in it left out.
        ids = set(request.path_params.values())
        named = [part for part in request.url.path.split("/") if part not in ids]
        endpoint = f"{request.method} {'/'.join(named)}"
        limiter.admit(rate, endpoint=endpoint, workspace_id=workspace_id, credential=credential.id)


def _workspace(request: Request) -> str:
    workspace_id: str = request.path_params["workspace"]
    if not workspace_exists(site_of(request).database.reader(), workspace_id):
        raise General(404, "Not found")
    return workspace_id
