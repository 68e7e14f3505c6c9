"""Landmarks of a stream: places and pages by which a source that goes in circles is found out.

A source that always gives a next cursor would be read for ever. To remember all places would
cost a look-up per read in a table that grows with the run. So of a chain one place is kept, and
replaced whenever the number of reads has doubled (Brent): whoever goes in a circle comes by it,
after three times the way at most. The first page is kept as well: a source that ignores the
place gives that one again.
"""

import hashlib
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, update

from assetferry.errors import RetryLater
from assetferry.ledger.chunk import Read
from assetferry.ledger.staged import Staged
from assetferry.ledger.tables import streams

__all__ = ["LANDMARKS", "CursorRepeated", "PageRepeated", "pass_landmarks"]

LANDMARKS = (streams.c.first_page, streams.c.landmark_cursor, streams.c.landmark_page)
"""The columns whose values ``pass_landmarks`` is given."""


class CursorRepeated(RetryLater):
    """The source named a place that was read already as the next one: reading would never end."""

    code = "cursor_repeated"


class PageRepeated(RetryLater):
    """The source gave a page that was read already at another place: it ignores the place."""

    code = "page_repeated"

    def __init__(self, stream: str) -> None:
        """Say what to look at."""
        super().__init__(
            f"The source {stream!r} gave a page again that it gave at another place, so it does "
            "not seem to look at the place it is asked for. Compare the names of the parameters "
            "under pagination with the service's documentation."
        )


def pass_landmarks(
    connection: Connection,
    read: Read,
    staged: Staged,
    landmarks: Sequence[bytes | None],
) -> None:
    """Compare a read with its stream's landmarks, and set new ones, in the staging transaction.

    Raises CursorRepeated and PageRepeated.
    """
    key = read.key
    first_page, cursor, page = landmarks
    following = _hash(staged.next[0]) if read.tail and len(staged.next) == 1 else None
    if following is not None and following == cursor:
        raise CursorRepeated(
            f"The source {key.stream!r} leads back to a place that was read before. Check the "
            "definition's pagination against the service's documentation."
        )
    if {first_page, page}.intersection(staged.page_marks):
        raise PageRepeated(key.stream)
    values: dict[str, bytes | None] = {}
    mark = staged.page_marks[0] if staged.page_marks else None
    if key.number == 0 and not key.part:
        values = {"first_page": mark}
    if following is not None and (key.number + 1).bit_count() == 1:
        values |= {"landmark_cursor": following, "landmark_page": mark}
    if values:
        connection.execute(
            update(streams)
            .where(streams.c.run == key.run, streams.c.stream == key.stream)
            .values(**values)
        )


def _hash(cursor: object) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(cursor, order="sorted"), digest_size=16).digest()
