"""When a run that is under way can no longer keep ``max_quarantined``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.engine.safety import hopeless, objections
from assetferry.ledger.sums import StreamSums, TypeSums
from summed import known, laptops, stream, told


def early(
    *parts: StreamSums | TypeSums, missing: str = "ignore", allowed: str = "1%", searched: int = 0
) -> bool:
    found = hopeless(
        known(missing=missing, safety=f'max_quarantined = "{allowed}"'),
        [one for one in parts if isinstance(one, StreamSums)],
        [one for one in parts if isinstance(one, TypeSums)],
        searched={"devices": searched},
    )
    assert found is None or (found.limit, found.code) == ("max_quarantined", "too_many_quarantined")
    return found is not None


def under_way(bad: int, *, read: int = 5000, total: int | None = None) -> StreamSums:
    return stream(
        exhausted=False,
        total=total,
        records_read=read,
        records_mapped=read - bad,
        records_quarantined=bad,
    )


@pytest.mark.parametrize(
    ("bad", "total", "expected"),
    [
        (200, 20_000, False),
        (201, 20_000, True),
        # The good ones may still come: what was read so far says nothing of the share.
        (201, 20_100, False),
        (4999, None, False),
        # It gave more than it said: then at least all that it gave.
        (101, 4000, True),
        (51, 4000, False),
    ],
)
def test_a_share_is_judged_early_where_the_whole_is_known(
    bad: int, total: int | None, *, expected: bool
) -> None:
    """1 % of what the source says it has; without a total nothing is certain."""
    assert early(under_way(bad, total=total)) is expected


def test_a_stream_that_was_read_to_its_end_is_a_whole() -> None:
    """Also where the source states no total, and others are still being read."""
    ended = stream(records_read=5000, records_mapped=4800, records_quarantined=200)
    assert early(ended, under_way(0))


@pytest.mark.parametrize(
    ("bad", "read", "expected"), [(999, 999, False), (1000, 1000, True), (1000, 1001, False)]
)
def test_a_source_of_which_nothing_can_be_used_is_not_read_on(
    bad: int, read: int, *, expected: bool
) -> None:
    """The mapping is more likely to be wrong than a thousand records in a row."""
    assert early(under_way(bad, read=read)) is expected


@pytest.mark.parametrize(("bad", "expected"), [(99, False), (100, True)])
def test_a_few_bad_records_are_looked_for_to_the_end(bad: int, *, expected: bool) -> None:
    """Where not one is allowed a person gets to see all of them, and not one a run."""
    assert early(under_way(bad, total=200_000), missing="remove") is expected


@pytest.mark.parametrize(("refused", "searched", "expected"), [(60, 40, False), (60, 41, True)])
def test_pieces_that_are_being_searched_hold_a_bad_entry_each(
    refused: int, searched: int, *, expected: bool
) -> None:
    """What Assets refuses is counted before each single entry has been found."""
    laptop = laptops(900, entries_mapped=1000, entries_quarantined=refused)
    assert early(under_way(0, total=10_000), laptop, searched=searched) is expected


@given(
    good=st.integers(0, 3000), bad=st.integers(0, 3000), later=st.integers(0, 3000),
    share=st.sampled_from(["0%", "1%", "30%", "100%"]),
)  # fmt: skip
def test_what_is_stopped_early_would_not_have_been_completed(
    good: int, bad: int, later: int, share: str
) -> None:
    """Whatever may follow, as long as the source has what it says: no false alarm."""
    whole = good + bad + later
    if early(under_way(bad, read=good + bad, total=whole), allowed=share):
        ended = stream(
            total=whole, records_read=whole, records_mapped=whole - bad, records_quarantined=bad
        )
        rules = known(safety=f'max_quarantined = "{share}"\nmin_records = 0')
        found = objections(rules, told(ended), last_good=None)
        assert [one.code for one in found] == ["too_many_quarantined"]
