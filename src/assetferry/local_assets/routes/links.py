"""Links, built from the request's own origin (section 1)."""

from urllib.parse import quote

from starlette.requests import Request

__all__ = ["origin", "source_base", "workspace_base"]


def origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def workspace_base(request: Request, workspace_id: str) -> str:
    """Give the base that goes on under the prefix the request came by.

    The legacy name ``insight`` is served but never written.
    """
    cloud = request.path_params.get("cloud")
    prefix = f"/ex/jira/{quote(cloud, safe='')}" if cloud else ""
    return f"{origin(request)}{prefix}/jsm/assets/workspace/{workspace_id}/v1"


def source_base(request: Request, workspace_id: str, source_id: str) -> str:
    return f"{workspace_base(request, workspace_id)}/importsource/{source_id}"
