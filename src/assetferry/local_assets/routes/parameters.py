"""Query parameters, read strictly (section 19)."""

from starlette.requests import Request

from assetferry.local_assets.errors import bad_request

__all__ = ["flag", "identifier", "number"]

LARGEST = 2**62
LONGEST_ID = 18
"""Digits of which any number is one of 64 bits."""


def number(request: Request, name: str, default: int, *, lowest: int) -> int:
    """Read an integer; anything else, or less than the lowest, is refused by name."""
    given = request.query_params.get(name)
    if given is None:
        return default
    text = given.strip()
    if not (text.isascii() and text.isdecimal()) or not lowest <= int(text[:19]) <= LARGEST:
        raise bad_request(f"{name} must be an integer of at least {lowest}")
    return int(text[:19])


def identifier(text: str) -> int | None:
    """Read an id of digits, as the store can hold one; any other text stands for nothing."""
    fits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
    return int(text) if fits else None


def flag(request: Request, name: str, *, default: bool) -> bool:
    given = request.query_params.get(name)
    return default if given is None else given.lower() == "true"
