"""Troubles with Assets, by the codes under which the documentation has them."""

from assetferry.assets.answers import (
    Conflict,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
)

__all__ = ["code_of"]


def code_of(trouble: Trouble) -> str:
    """Give the code of a trouble, which programs may match."""
    match trouble:
        case Conflict(error_code=error_code):
            return (error_code or "conflict").lower()
        case Throttled():
            return "throttled"
        case Unavailable():
            return "assets_unavailable"
        case Unauthorized():
            return "unauthorized"
        case Missing():
            return "missing"
        case Refused():
            return "refused"
        case TooLarge():
            return "too_large"
        case _:
            return "assets_unexpected"
