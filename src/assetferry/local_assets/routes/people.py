"""Users and OAuth tokens, made as an administrator and Atlassian's login would make them.

All of it is under ``/_local/``: the real ones come out of web pages.
"""

from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import bad_request
from assetferry.local_assets.jsonshape import is_list
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, resource, site_of
from assetferry.local_assets.store import credentials, provisioning
from assetferry.local_assets.store.access import PERMISSIONS, SCOPES, Permission, Scope

__all__ = ["PEOPLE_ROUTES"]


async def new_user(request: Request) -> Response:
    """Make an API token for a user; ``permissions`` limits the user, all tokens alike."""
    body = await _body(request, {"email", "permissions"})
    email = _email(body)
    writer = site_of(request).database.writer
    if "permissions" in body:
        await writer.run(credentials.set_permissions, email, _permissions(body))
    made = await writer.run(provisioning.new_user, email)
    return answer(msgspec.to_builtins(made))


async def change_user(request: Request) -> Response:
    """Choose anew what a user may do."""
    body = await _body(request, {"permissions"})
    email: str = request.path_params["email"]
    permissions = _permissions(body)
    await site_of(request).database.writer.run(credentials.set_permissions, email, permissions)
    return answer({"email": email, "permissions": permissions})


async def new_oauth_token(request: Request) -> Response:
    """Make an access token with some scopes; without ``scopes`` it has all of them."""
    body = await _body(request, {"as", "email", "scopes"})
    acting_as = body.get("as", "user")
    if acting_as not in ("user", "app"):
        raise bad_request('as is "user" (asUser) or "app" (asApp)')
    if acting_as == "app" and "email" in body:
        raise bad_request("An app has no email; leave it out")
    email = _email(body) if acting_as == "user" else None
    scopes = cast("list[Scope]", _names(body, "scopes", SCOPES))
    token = await site_of(request).database.writer.run(
        credentials.add_oauth_token, acting_as=acting_as, email=email, scopes=scopes
    )
    return answer({"token": token, "as": acting_as, "email": email, "scopes": scopes})


PEOPLE_ROUTES = [
    resource("/users", POST=new_user),
    resource("/users/{email}", PATCH=change_user),
    resource("/oauth-tokens", POST=new_oauth_token),
]


async def _body(request: Request, known: set[str]) -> dict[str, Any]:
    body = await json_object(request, site_of(request).settings.max_body_bytes)
    for key in body.keys() - known:
        raise bad_request(f"Unknown key {key!r}; there are: {', '.join(sorted(known))}")
    return body


def _email(body: dict[str, Any]) -> str:
    email = body.get("email", provisioning.USER_EMAIL)
    # A colon would end the name in a Basic credential.
    if not isinstance(email, str) or not email.strip() or ":" in email:
        raise bad_request("email must be a string that is not empty and has no colon")
    return email.strip()


def _permissions(body: dict[str, Any]) -> list[Permission]:
    return cast("list[Permission]", _names(body, "permissions", PERMISSIONS))


def _names(body: dict[str, Any], key: str, known: tuple[str, ...]) -> list[str]:
    given = body.get(key, list(known))
    if not is_list(given) or not all(one in known for one in given):
        raise bad_request(f"{key} must be a list of: {', '.join(known)}")
    return [one for one in known if one in given]
