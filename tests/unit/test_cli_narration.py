"""What a run's tables show."""

from typing import Any

import pytest

from assetferry.cli.narration import columns_of

ALWAYS = ["sent", "created", "updated", "identical", "errors"]


def row(**counts: int | None) -> dict[str, Any]:
    """An object type as it is reported, with nothing in it but these."""
    names = [*ALWAYS, "repeated", "conflicting", "duplicates"]
    return dict.fromkeys(names, 0) | counts


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([row(sent=5)], ALWAYS),
        ([row(), row(repeated=1)], ["repeated", *ALWAYS]),
        ([row(conflicting=1)], ["conflicting", *ALWAYS]),
        ([row(duplicates=1)], [*ALWAYS[:-1], "duplicates", "errors"]),
        ([row(duplicates=None, errors=None)], ALWAYS),
    ],
)
def test_counts_that_are_rare_take_no_room(rows: list[dict[str, Any]], columns: list[str]) -> None:
    """They have a column where there is something to tell, and what matters always has."""
    assert columns_of(rows) == columns
