"""By what a page of records is known again (pure)."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from assetferry.sources.page import Record

__all__ = ["page_mark"]

_SAMPLE = 8
"""Records that are looked at: to hash all would cost a tenth of what reading costs, and pages
that agree in their number and in these are as good as equal."""
_FEWEST = 2
"""Records of a page that can be told from another: one record may stand twice."""

_encode = msgspec.json.Encoder(enc_hook=str).encode


def page_mark(records: Sequence[Record]) -> bytes | None:
    """Make a mark of a page that an equal page has too; None where it is too short for one."""
    size = len(records)
    if size < _FEWEST:
        return None
    step = max(1, size // _SAMPLE)
    sample = [*records[::step], records[-1]]
    return hashlib.blake2b(_written((size, sample)), digest_size=16).digest()


def _written(value: Any) -> bytes:
    try:
        return _encode(value)
    except UnicodeEncodeError:  # half of a character, which an escape can write
        return json.dumps(value, default=str).encode()
