"""docs/answers.md says what the code does with each answer."""

import re

import pytest

from assetferry.assets.answers import (
    Conflict,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.assets.classification import trouble
from assetferry.engine.backoff import Backoff
from assetferry.engine.decisions import after_trouble
from assetferry.outbound.response import Response
from documents import rows, section

_PAGE = "docs/answers.md"
_TROUBLES: dict[str, Trouble] = {
    "Throttled": Throttled(until=None),
    "Unavailable": Unavailable(reason="broken"),
    "Unexpected": Unexpected(status=418, reason="teapot"),
    "Unauthorized": Unauthorized(reason="who?"),
    "Conflict": Conflict(error_code=None, reason="no"),
    "Missing": Missing(reason="gone"),
    "Refused": Refused(reason="bad"),
    "TooLarge": TooLarge(),
}
_STATUSES = re.findall(
    r"^\| (\d+)( with `Retry-After`)? \| `(\w+)` \|$",
    section(_PAGE, "1. Classified, the same for every call"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("status", "waiting", "name"), _STATUSES)
def test_docs_answers_are_classified_as_told(status: str, waiting: str, name: str) -> None:
    """Each row of the first table is what the classification says of such an answer."""
    headers = {"retry-after": "5"} if waiting else {}
    response = Response(status=int(status), url="http://127.0.0.1/", headers=headers, body=b"")
    assert type(trouble(response, now=0.0)).__name__ == name


def test_docs_answers_name_every_class_of_trouble() -> None:
    """The first two tables have all classes, so none is left to guess."""
    decided = section(_PAGE, "2. Decided, where a call has no rule of its own")
    assert {name for _, _, name in _STATUSES} == set(_TROUBLES)
    assert {cells[0].strip("`") for cells in rows(decided)} == set(_TROUBLES)


@pytest.mark.parametrize(
    "cells",
    rows(section(_PAGE, "2. Decided, where a call has no rule of its own")),
    ids=lambda cells: cells[0],
)
def test_docs_answers_lead_where_told(cells: list[str]) -> None:
    """Each row of the second table is what the decision makes of such an answer."""
    found = _TROUBLES[cells[0].strip("`")]
    decided = after_trouble(found, attempts=0, now=0.0, backoff=Backoff(max_attempts=8))
    assert f"`{type(decided).__name__}`" == cells[1]
