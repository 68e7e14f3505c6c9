"""The images of icons, for whoever shows objects; browsers send no credential for them."""

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.routes.call import resource, site_of
from assetferry.local_assets.store.icons import read_icon

__all__ = ["ICON_ROUTES"]


async def get_icon(request: Request) -> Response:
    icon_id: int = request.path_params["icon"]
    image = read_icon(site_of(request).database.reader(), icon_id)
    if image is None:
        raise not_found("Icon", icon_id)
    return Response(image, media_type="image/png")


ICON_ROUTES = [resource("/icons/{icon:int}.png", GET=get_icon)]
