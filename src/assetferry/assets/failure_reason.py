"""The reason a failed import leaves in the history of Assets (pure)."""

__all__ = ["LONGEST", "fitted"]

LONGEST = 1024
"""Characters that ``history/failed`` accepts, counted as Assets counts them: UTF-16 units."""

_UNSAID = "The import failed; no reason was given."


def fitted(reason: str) -> str:
    """Cut a reason to what Assets accepts, between two characters, with a sign that it was cut.

    An empty one is refused too, so it is said that none was given.
    """
    reason = reason.strip() or _UNSAID
    if _units(reason) <= LONGEST:
        return reason
    kept = reason.encode("utf-16-le", "replace")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip() + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
