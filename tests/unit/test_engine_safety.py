"""What a run must not do without a person, and how a processed run ends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.engine.reconciliation import conclude, miscounted
from assetferry.engine.safety import entries_by_type, moved, objections
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums
from summed import known, laptops, stream, told

GOOD = told(stream(), laptops())


def codes(
    sums: Sums, *, missing: str = "ignore", safety: str = "", last_good: dict[str, int] | None
) -> list[str]:
    found = objections(known(missing=missing, safety=safety), sums, last_good=last_good)
    assert all(one.reason and one.cure for one in found)
    return [one.code for one in found]


@pytest.mark.parametrize("missing", ["ignore", "remove", "unknown"])
def test_a_good_run_is_not_objected_to(missing: str) -> None:
    """Neither the first one nor a later one of the same size."""
    assert codes(GOOD, missing=missing, last_good=None) == []
    assert codes(GOOD, missing=missing, last_good={"Laptop": 100}) == []


@pytest.mark.parametrize(
    ("least", "read", "expected"),
    [
        ("", 0, ["too_few_records"]),
        ("", 1, []),
        ("min_records = 0", 0, []),
        ("min_records = 50", 49, ["too_few_records"]),
        ("min_records = 50", 50, []),
    ],
)
def test_every_source_must_give_enough_records(least: str, read: int, expected: list[str]) -> None:
    """A source that is suddenly empty would have all its objects removed."""
    one = stream("tablets", records_read=read, records_mapped=read)
    sums = told(stream(), one, laptops())
    assert codes(sums, safety=least, last_good=None) == expected


@pytest.mark.parametrize(
    ("now", "expected"), [(80, []), (79, ["shrunk"]), (0, ["shrunk"]), (500, [])]
)
def test_an_object_type_must_not_shrink_too_much(now: int, expected: list[str]) -> None:
    """A fifth fewer than in the last good run is allowed, not more."""
    assert codes(told(stream(), laptops(now)), last_good={"Laptop": 100}) == expected


@given(st.integers(1, 10**7), st.integers(0, 100))
def test_what_is_allowed_to_the_last_record_is_allowed(hundreds: int, percent: int) -> None:
    """Exactly the share that the definition allows is no objection, one more is."""
    before, share = 100 * hundreds, hundreds * percent
    rules = known(safety=f'max_shrink = "{percent}%"\nmax_quarantined = "{percent}%"')
    for more, expected in ((0, []), (1, ["shrunk", "too_many_quarantined"])):
        bad = stream("devices", records_read=before, records_quarantined=share + more)
        sums = told(bad, laptops(before - share - more))
        found = objections(rules, sums, last_good={"Laptop": before})
        assert [one.code for one in found] == expected


def test_a_type_that_vanished_shrank_to_nothing() -> None:
    """A type without any entry has no row of sums, and is objected to all the same."""
    assert codes(told(stream()), last_good={"Laptop": 1}) == ["shrunk"]


def test_a_type_no_longer_defined_may_vanish() -> None:
    """Taking an object type out of the definition is a decision, not an accident."""
    assert codes(GOOD, last_good={"Phone": 100}) == []


def test_a_type_is_summed_over_its_streams() -> None:
    """Entries that moved from one source to another are not missing."""
    sums = told(stream(), laptops(50), laptops(50, of="tablets"))
    assert entries_by_type(sums) == {"Laptop": 100}
    assert codes(sums, last_good={"Laptop": 100}) == []


@pytest.mark.parametrize(
    ("missing", "quarantined", "expected"),
    [
        ("ignore", 5, []),
        ("ignore", 6, ["too_many_quarantined"]),
        # A quarantined record's object would be removed: not one is tolerated.
        ("remove", 1, ["too_many_quarantined"]),
        ("unknown", 1, ["too_many_quarantined"]),
    ],
)
def test_quarantine_is_limited_per_stream(
    missing: str, quarantined: int, expected: list[str]
) -> None:
    """5 % of the stream that has them, whatever the others bring."""
    bad = stream(records_mapped=100 - quarantined, records_quarantined=quarantined)
    sums = told(bad, stream("tablets", records_read=9000, records_mapped=9000), laptops())
    safety = 'max_quarantined = "5%"'
    assert codes(sums, missing=missing, safety=safety, last_good=None) == expected


@pytest.mark.parametrize(("bad", "expected"), [(5, []), (6, ["too_many_quarantined"])])
def test_r08_quarantine_is_limited_per_object_type(bad: int, expected: list[str]) -> None:
    """A small type is not lost in a large stream: 5 % of its own entries, not of the stream's."""
    large = stream(records_read=9000, records_mapped=9000 - bad, records_quarantined=bad)
    sums = told(large, laptops(100 - bad, entries_quarantined=bad))
    assert codes(sums, safety='max_quarantined = "5%"', last_good=None) == expected


def test_entries_refused_by_assets_count_as_quarantined() -> None:
    """The records were fine for us and not for Assets: their objects are missing as well."""
    sums = told(stream(), laptops(90, entries_mapped=100, entries_quarantined=10))
    assert codes(sums, last_good=None) == ["too_many_quarantined"]


@pytest.mark.parametrize(
    "changed",
    [
        {"moved": "the source had 100 records at first and 101 later", "total": 100},
        {"total": 101},
        {"total": 99},
    ],
    ids=["total changed", "fewer than said", "more than said"],
)
def test_a_source_that_moved_is_not_completed_where_objects_are_removed(
    changed: dict[str, Any],
) -> None:
    """Records may be missing that are there: held where that removes, else told at the end."""
    sums = told(stream(**changed), laptops())
    assert codes(sums, missing="remove", last_good=None) == ["stream_moved"]
    assert codes(sums, missing="unknown", last_good=None) == ["stream_moved"]
    assert codes(sums, missing="ignore", last_good=None) == []
    conclusion = conclude(sums, {"result": "OK"})
    assert conclusion.end is RunState.PARTIAL
    assert "changed while it was read" in conclusion.findings[0]


def test_a_stream_without_a_total_cannot_be_seen_to_move() -> None:
    """No total is no evidence."""
    assert moved(None, None, 100) is None
    assert moved(None, 100, 100) is None
    assert moved("why", None, 100) == "why"


def test_every_objection_is_named_at_once() -> None:
    """A person mends all of it before resuming."""
    sums = told(
        stream(records_read=0, records_mapped=0, moved="it did"), laptops(0, entries_quarantined=1)
    )
    assert codes(sums, missing="remove", last_good={"Laptop": 100}) == [
        "too_few_records",
        "shrunk",
        "too_many_quarantined",
        "stream_moved",
    ]


@pytest.mark.parametrize(
    ("counted", "fine"),
    [
        ({"records_mapped": 100}, True),
        ({"records_mapped": 90, "records_left_out": 7, "records_quarantined": 3}, True),
        ({"records_mapped": 99}, False),
        ({"records_mapped": 100, "records_left_out": 1}, False),
    ],
)
def test_records_that_went_nowhere_are_our_bug(
    counted: dict[str, int],
    fine: bool,  # noqa: FBT001 # a parameter
) -> None:
    """Read = mapped + left out + quarantined, for every stream."""
    lost = miscounted(told(stream("other"), stream("devices", **counted)))
    assert (lost is None) is fine
    if lost is not None:
        assert "bug of assetferry" in lost


def result(**counters: Any) -> dict[str, Any]:
    values = {"objectTypeName": "Laptop", "entriesInSource": 100, "errorCount": 0}
    return {"result": "OK", "objectTypeResultMap": {"7": values | counters}}


@pytest.mark.parametrize(
    "fine",
    [
        result(),
        result(entriesInSource=101),
        result(entriesInSource="100"),
        result(entriesInSource=None, errorCount=None),
        result(unheard=[1, {}]),
        {},
        None,
        {"result": "OK", "objectTypeResultMap": None},
        result(objectTypeName="Phone", errorCount=5),
    ],
    ids=[
        "all seen",
        "a repeat was counted",
        "a number as text",
        "counters absent",
        "a counter we do not know",
        "nothing reported",
        "no result",
        "no types",
        "a type that is not ours",
    ],
)
def test_a_run_that_went_well_is_done(fine: dict[str, Any] | None) -> None:
    """What Assets does not say is no evidence either way."""
    conclusion = conclude(GOOD, fine)
    assert conclusion.findings == ()
    assert conclusion.end is RunState.DONE


@pytest.mark.parametrize(
    ("report", "finding"),
    [
        (result() | {"result": "PARTIAL"}, "Assets reports the result PARTIAL."),
        (result(entriesInSource=99), "Laptop: 100 entries sent, Assets saw 99."),
        (result(errorCount=2), "Laptop: 2 errors, says Assets."),
        (result(emptyLabelEntries=3), "Laptop: 3 entries skipped, their label is empty."),
        (result(emptyExternalIdEntries=4), "Laptop: 4 entries skipped, their identity is empty."),
        ({"objectTypeResultMap": [1]}, "The result that Assets reports cannot be read"),
        (result(errorCount="many"), "The result that Assets reports cannot be read"),
    ],
)
def test_anything_amiss_in_assets_makes_it_partial(report: dict[str, Any], finding: str) -> None:
    """Each counter that says so is told on its own."""
    conclusion = conclude(GOOD, report)
    assert conclusion.end is RunState.PARTIAL
    (only,) = conclusion.findings
    assert only.startswith(finding)


@pytest.mark.parametrize(
    ("sums", "finding"),
    [
        (
            told(stream(records_mapped=99, records_quarantined=1), laptops()),
            "1 records of 'devices' are in quarantine.",
        ),
        (
            told(stream(), laptops(98, entries_mapped=100)),
            "Laptop: Assets refused 2 entries; they are in quarantine.",
        ),
    ],
)
def test_anything_set_aside_makes_it_partial(sums: Sums, finding: str) -> None:
    """What is in quarantine is not in Assets, whatever Assets reports."""
    conclusion = conclude(sums, result(entriesInSource=98))
    assert conclusion.end is RunState.PARTIAL
    assert finding in conclusion.findings


@pytest.mark.parametrize(
    ("report", "note"),
    [
        ({}, "Laptop: 100 entries sent, not confirmed by Assets."),
        (result(entriesInSource=None), "Laptop: 100 entries sent, not confirmed by Assets."),
        (result(objectTypeName="Phone"), "Laptop: 100 entries sent, not confirmed by Assets."),
        (result(entriesInSource=103), "Laptop: 100 entries sent, Assets saw 103: some of them"),
    ],
)
def test_r12_what_is_no_evidence_is_noted(report: dict[str, Any], note: str) -> None:
    """An absent counter reads "not confirmed", more than was sent is a repeat: still DONE."""
    conclusion = conclude(GOOD, report)
    assert conclusion.end is RunState.DONE
    (only,) = conclusion.notes
    assert only.startswith(note)
    assert conclusion.reason == f"Everything arrived. {only}"


def test_values_that_were_left_out_are_noted() -> None:
    """Their objects arrived without them, and nobody shall have to ask for it."""
    conclusion = conclude(told(stream(values_left_out=7), laptops()), result())
    assert conclusion.end is RunState.DONE
    (note,) = conclusion.notes
    assert note.startswith("7 values of 'devices' do not fit the type of their attribute")


def test_conflicts_are_noted_and_nothing_is_missing() -> None:
    """Of one identity with two contents one is sent: told, and no reason for PARTIAL."""
    sums = told(stream(), laptops(60, entries_mapped=100, entries_conflicting=40))
    conclusion = conclude(sums, result(entriesInSource=60))
    assert conclusion.end is RunState.DONE
    (note,) = conclusion.notes
    assert note.startswith("Laptop: 40 entries were not sent, because their identity comes earlier")


def test_repeats_are_not_missing() -> None:
    """An entry that was equal to another of its chunk needs no sending."""
    sums = told(stream(), laptops(60, entries_mapped=100, entries_repeated=40))
    assert conclude(sums, result(entriesInSource=60)).end is RunState.DONE
