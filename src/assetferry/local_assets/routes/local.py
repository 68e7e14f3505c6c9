"""What a person does in the web pages of Jira, for which there is no API (section 4).

Everything is under ``/_local/``, outside the Atlassian name space, needs no credential and
is as reachable as the server is: from this machine only, unless told otherwise.
"""

import sqlite3
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import bad_request, not_found
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import Site, answer, resource, site_of
from assetferry.local_assets.routes.links import origin, workspace_base
from assetferry.local_assets.routes.parameters import identifier
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store import provisioning
from assetferry.local_assets.store.history import history_of
from assetferry.local_assets.store.provisioning import NewSource, Provisioned
from assetferry.local_assets.store.sources import ImportSource, change_settings, import_source

__all__ = ["LOCAL_ROUTES"]


async def health(request: Request) -> Response:
    site_of(request).database.reader().execute("SELECT 1").fetchone()
    return answer({"status": "ok"})


async def new_workspace(request: Request) -> Response:
    body = await _body(request)
    made = await site_of(request).database.writer.run(
        provisioning.new_workspace, _text(body, "name", "Workspace")
    )
    return answer({"id": made})


async def new_schema(request: Request) -> Response:
    body = await _body(request)
    name = _text(body, "name")
    made = await site_of(request).database.writer.run(
        provisioning.new_schema,
        request.path_params["workspace"],
        name,
        _text(body, "key", provisioning.key_from(name)),
    )
    return answer({"id": str(made)})


async def new_source(request: Request) -> Response:
    """Make an import source in an object schema; the answer is the only place of its token."""
    body = await _body(request)
    schema_id = _text(body, "objectSchemaId")
    found = identifier(schema_id)
    if found is None:
        raise not_found("Object schema", schema_id)
    made = await site_of(request).database.writer.run(
        provisioning.new_source,
        request.path_params["workspace"],
        found,
        _text(body, "name"),
        _settings(body, site_of(request).settings.sources),
    )
    return _made(request, request.path_params["workspace"], made)


async def new_everything(request: Request) -> Response:
    """Make workspace, object schema, import source, token and user by one call."""
    body = await _body(request)
    name = _text(body, "name")
    made = await site_of(request).database.writer.run(
        provisioning.new_everything,
        name,
        _text(body, "key", provisioning.key_from(name)),
        _settings(body, site_of(request).settings.sources),
    )
    return _made(request, made.workspace_id, made)


async def change_source(request: Request) -> Response:
    """Change an import source's settings, as its wizard would."""
    source = _source(request)
    body = await _body(request)
    changed = _settings(body, source.settings)
    await site_of(request).database.writer.run(change_settings, source.number, changed)
    return answer(msgspec.to_builtins(changed))


async def get_history(request: Request) -> Response:
    """List the import history, newest first: who, when, what it came to, why it failed."""
    return answer({"values": history_of(_reader(site_of(request)), _source(request))})


LOCAL_ROUTES = [
    resource("/health", GET=health),
    resource("/workspaces", POST=new_workspace),
    resource("/workspaces/{workspace}/objectschemas", POST=new_schema),
    resource("/workspaces/{workspace}/importsources", POST=new_source),
    resource("/workspaces/{workspace}/importsources/{source}", PATCH=change_source),
    resource("/workspaces/{workspace}/importsources/{source}/history", GET=get_history),
    resource("/importsource", POST=new_everything),
]


def _made(request: Request, workspace_id: str, made: NewSource | Provisioned) -> Response:
    """Answer with what was made and where to go on from, so that no address must be made up."""
    base = workspace_base(request, workspace_id)
    source = f"{origin(request)}/_local/workspaces/{workspace_id}/importsources"
    links = {
        "info": f"{origin(request)}/jsm/assets/v1/imports/info",
        "search": f"{base}/object/aql",
        "count": f"{base}/object/aql/totalcount",
        "history": f"{source}/{made.import_source_id}/history",
    }
    return answer({**msgspec.to_builtins(made), "links": links})


def _source(request: Request) -> ImportSource:
    source_id: str = request.path_params["source"]
    source = import_source(_reader(site_of(request)), source_id)
    if source is None or source.workspace_id != request.path_params["workspace"]:
        raise not_found("Import source", source_id)
    return source


def _reader(site: Site) -> sqlite3.Connection:
    return site.database.reader()


async def _body(request: Request) -> dict[str, Any]:
    return await json_object(request, site_of(request).settings.max_body_bytes)


def _text(body: dict[str, Any], key: str, default: str | None = None) -> str:
    value = body.get(key, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise bad_request(f"{key} must be a string that is not empty")
    return value.strip()


def _settings(body: dict[str, Any], base: SourceSettings) -> SourceSettings:
    """Read settings in camelCase; whatever the body does not name stays as it is."""
    given = {key: body[key] for key in provisioning.SETTING_NAMES if key in body}
    try:
        return provisioning.settings_from(given, base)
    except msgspec.ValidationError as error:
        raise bad_request(f"A setting does not fit: {error}") from error
