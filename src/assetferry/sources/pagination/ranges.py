"""A stretch of a stream cut into ranges that can be read at once (pure)."""

__all__ = ["MOST", "ranges"]

MOST = 50_000
"""Ranges of one plan: each is a row of the ledger, and a source's total is not to be trusted
with the size of a transaction. A longer stream gets wider ranges."""


def ranges(start: int, end: int, *, step: int, wanted: int) -> list[tuple[int, int | None]]:
    """Cut ``[start, end)`` into half-open ranges of whole steps, about ``wanted`` wide.

    The last has no end, because the stream may have grown. Fewer than two are no plan.
    """
    width = max(1, wanted // step) * step
    if end - start > width * MOST:
        width = -(-(end - start) // (MOST * step)) * step
    starts = range(start, end, width)
    if len(starts) < 2:  # noqa: PLR2004 (one range is what a chain is)
        return []
    bounded: list[tuple[int, int | None]] = [(place, place + width) for place in starts[:-1]]
    return [*bounded, (starts[-1], None)]
