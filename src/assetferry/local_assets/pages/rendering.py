"""Views as HTML: escaped throughout, without scripts, and of no use to other people's pages."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.responses import Response

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["View", "rendered", "style"]

View: TypeAlias = dict[str, Any]

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def rendered(template: str, view: View, status: int = 200) -> Response:
    """Fill a template."""
    text = _environment().get_template(template).render(view)
    return Response(text, status, HEADERS, "text/html")


def style() -> Response:
    return Response((HERE / "style.css").read_bytes(), 200, HEADERS, "text/css")


@cache
def _environment() -> "Environment":
    # Only whoever looks at a page pays for loading it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
