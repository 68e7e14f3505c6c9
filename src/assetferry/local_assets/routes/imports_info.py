"""``imports/info``: which import source a token belongs to (section 5)."""

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import Unauthorized
from assetferry.local_assets.routes.access import authenticate
from assetferry.local_assets.routes.call import answer, site_of
from assetferry.local_assets.routes.links import source_base
from assetferry.local_assets.store.sources import source_by_number

__all__ = ["imports_info"]


async def imports_info(request: Request) -> Response:
    credential = authenticate(request)
    if credential.source_number is None:
        raise Unauthorized
    source = source_by_number(site_of(request).database.reader(), credential.source_number)
    base = source_base(request, source.workspace_id, source.id)
    return answer(
        {
            "links": {
                "getStatus": f"{base}/configstatus",
                "start": f"{base}/executions",
                "mapping": f"{base}/mapping",
            }
        }
    )
