"""Query parameters, read strictly (section 19)."""

from starlette.requests import Request

from assetferry.local_assets.errors import bad_request

__all__ = ["flag", "number"]

LARGEST = 2**62


def number(request: Request, name: str, default: int, *, lowest: int) -> int:
    """Read an integer; anything else, or less than the lowest, is refused by name."""
    given = request.query_params.get(name)
    if given is None:
        return default
    text = given.strip()
    if not (text.isascii() and text.isdecimal()) or not lowest <= int(text[:19]) <= LARGEST:
        raise bad_request(f"{name} must be an integer of at least {lowest}")
    return int(text[:19])


def flag(request: Request, name: str, *, default: bool) -> bool:
    given = request.query_params.get(name)
    return default if given is None else given.lower() == "true"
