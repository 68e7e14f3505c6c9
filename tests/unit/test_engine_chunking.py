"""How the entries of a read are cut into chunks."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.engine.chunking import Chunking
from assetferry.engine.payload import unpack
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Part, TypeTally
from assetferry.mapping.outcome import Entry, Outcome, Problem

KEY = ChunkKey("run", "devices", 3, "")


def entry(name: str, object_type: str = "Laptop", *, size: int = 0) -> Entry:
    body = msgspec.json.encode({"name": name.ljust(size, "x")})
    return Entry(object_type, object_type.lower(), body)


def mapped(*entries: Entry) -> Outcome:
    return Outcome(entries=entries)


def quarantined(*entries: Entry) -> Outcome:
    problem = Problem("Laptop", "Serial", "empty_identity", "It is empty.")
    return Outcome(entries=entries, problems=(problem,))


def chunked(outcomes: Iterable[Outcome], *, records: int = 100, size: int = 10_000) -> Chunking:
    chunking = Chunking(records=records, size=size)
    for outcome in outcomes:
        chunking.add(outcome)
    return chunking


def parts(chunking: Chunking, *, several: bool = False) -> list[Part]:
    return chunking.parts("execution", KEY, several=several)


def names(part: Part) -> list[str]:
    return [msgspec.json.decode(body)["name"] for _, body in unpack(part.body)]


def chunk_id(part: Part) -> str:
    return msgspec.json.decode(part.body)["clientGeneratedId"]


def test_a_page_larger_than_a_chunk_gives_several_parts() -> None:
    """25 records at 10 a chunk: 10, 10, 5, in order, each named for its place."""
    made = parts(chunked((mapped(entry(str(number))) for number in range(25)), records=10))
    assert [part.records for part in made] == [10, 10, 5]
    assert [name for part in made for name in names(part)] == [str(number) for number in range(25)]
    assert [chunk_id(part) for part in made] == [f"execution.devices.3.{i}" for i in range(3)]


def test_a_chunk_larger_than_a_page_stays_open() -> None:
    """A chunk is not full before its records are read, so the next page goes into it too."""
    chunking = chunked([mapped(entry("a"))] * 9, records=10)
    assert not chunking.full
    chunking.add(mapped(entry("b")))
    assert chunking.full
    (only,) = parts(chunking)
    assert only.records == 10
    assert chunk_id(only) == "execution.devices.3."


def test_a_page_larger_than_chunk_bytes_is_cut_by_bytes() -> None:
    """No body is larger than chunk_bytes, however many records there are."""
    chunking = chunked((mapped(entry(str(i), size=100)) for i in range(50)), size=1024)
    assert chunking.full
    made = parts(chunking)
    assert all(len(part.body) <= 1024 for part in made)
    assert all(len(names(part)) > 1 for part in made)
    assert sum(part.records for part in made) == 50


def test_one_entry_larger_than_chunk_bytes_goes_alone() -> None:
    """What to do about it is for Assets to say; its neighbours are not drawn into it."""
    big = mapped(entry("big", size=5000))
    made = parts(chunked([mapped(entry("a")), big, mapped(entry("b"))], size=1024))
    assert [len(names(part)) for part in made] == [1, 1, 1]
    assert [chunk_id(part)[-1] for part in made] == ["0", "1", "2"]


def test_an_entry_too_large_comes_first() -> None:
    """No empty chunk stands before it."""
    made = parts(chunked([mapped(entry("big", size=5000)), mapped(entry("a"))], size=1024))
    assert [len(names(part)) for part in made] == [1, 1]


def test_a_record_may_be_cut_in_two_by_the_bytes() -> None:
    """Its entries are in two chunks, it is counted in one."""
    record = mapped(*(entry(str(number), size=300) for number in range(4)))
    made = parts(chunked([record], size=1024))
    assert [len(names(part)) for part in made] == [2, 2]
    assert sum(part.records for part in made) == 1


def test_many_types_with_long_selectors_stay_within_chunk_bytes() -> None:
    """The names of the lists count too, not only what is in them."""
    record = mapped(*(entry("a", f"{number:02}".ljust(60, "t")) for number in range(40)))
    made = parts(chunked([record], size=1024))
    assert max(len(part.body) for part in made) <= 1024


def test_long_selectors_count_in_every_chunk() -> None:
    """A chunk that goes on with a type of the chunk before names it anew."""
    types = ["a" * 250, "b" * 250]
    record = mapped(*(entry(str(number), types[number % 2]) for number in range(100)))
    made = parts(chunked([record], size=1024))
    assert len(made) > 2
    assert max(len(part.body) for part in made) <= 1024


def test_a_selector_that_no_longer_fits_opens_a_new_chunk() -> None:
    """However far a chunk is filled when an entry of another type comes."""
    before, after = "a" * 255, "b" * 255
    for number in range(1, 60):
        entries = [entry(str(index), before) for index in range(number)]
        made = parts(chunked([mapped(*entries, entry("z", after))], size=1024))
        assert max(len(part.body) for part in made) <= 1024


def test_equal_entries_go_once_per_chunk() -> None:
    """The owner of three laptops is sent once, and counted as repeated twice."""
    owner = entry("Ada", "Employee")
    chunking = chunked(mapped(entry(str(number)), owner) for number in range(3))
    (only,) = parts(chunking)
    assert only.entries == {"Laptop": 3, "Employee": 1}
    assert chunking.tallies["Employee"] == TypeTally(entries_mapped=3, entries_repeated=2)
    assert chunking.tallies["Laptop"] == TypeTally(entries_mapped=3)


def test_equal_entries_go_again_in_the_next_chunk() -> None:
    """Each chunk is whole by itself: what a chunk lacks must not depend on another's success."""
    chunking = chunked([mapped(entry("Ada", "Employee"))] * 4, records=2)
    made = parts(chunking)
    assert [part.entries for part in made] == [{"Employee": 1}] * 2
    assert chunking.tallies["Employee"] == TypeTally(entries_mapped=4, entries_repeated=2)


def test_an_equal_body_of_another_type_is_no_repeat() -> None:
    """A laptop and an employee may look alike."""
    (only,) = parts(chunked([mapped(entry("Ada"), entry("Ada", "Employee"))]))
    assert only.entries == {"Laptop": 1, "Employee": 1}


def test_a_repeat_opens_no_new_chunk() -> None:
    """A chunk that is full by bytes still recognises what it has."""
    big = mapped(entry("big", size=900))
    chunking = chunked([big, big], size=1024)
    assert len(parts(chunking)) == 1


def test_records_are_counted_as_what_they_became() -> None:
    """Mapped, left out or quarantined: each record is one of them, also with entries left."""
    left_out = Outcome()
    chunking = chunked(
        [mapped(entry("a")), left_out, quarantined(), quarantined(entry("b"))], records=2
    )
    assert chunking.records_read == 4
    assert (chunking.records_mapped, chunking.records_left_out) == (1, 1)
    assert chunking.records_quarantined == 2
    assert chunking.tallies["Laptop"] == TypeTally(entries_mapped=2, entries_quarantined=2)
    assert [names(part) for part in parts(chunking)] == [["a"], ["b"]]


def test_values_left_out_are_counted() -> None:
    """Over all records, also those that gave nothing else."""
    chunking = chunked([Outcome(values_left_out=2), Outcome(values_left_out=1)])
    assert chunking.values_left_out == 3


@pytest.mark.parametrize("outcomes", [[], [Outcome()], [quarantined()]])
def test_nothing_to_send_makes_no_chunk(outcomes: list[Outcome]) -> None:
    """A read without entries needs no request."""
    assert parts(chunked(outcomes)) == []


def test_a_single_chunk_may_be_named_as_a_part() -> None:
    """Where the rest of a planned read follows, even one chunk is part 0."""
    (only,) = parts(chunked([mapped(entry("a"))]), several=True)
    assert chunk_id(only) == "execution.devices.3.0"


_ENTRIES = st.builds(
    entry,
    st.sampled_from("abcdef"),
    st.sampled_from(["Laptop", "Employee", "Phone"]),
    size=st.integers(1, 1500),
)
_OUTCOMES = st.lists(
    st.one_of(
        st.lists(_ENTRIES, max_size=5).map(lambda made: mapped(*made)), st.just(quarantined())
    ),
    max_size=40,
)


@given(_OUTCOMES, st.integers(1, 12), st.integers(1024, 4096))
def test_nothing_is_lost_or_too_large(outcomes: list[Outcome], records: int, size: int) -> None:
    """Every distinct entry is sent, in order; bounds are kept; the sums add up."""
    chunking = chunked(outcomes, records=records, size=size)
    made = parts(chunking)
    given_ = [(one.selector, one.body) for outcome in outcomes for one in outcome.entries]
    sent = [item for part in made for item in unpack(part.body)]
    assert set(sent) == set(given_)
    for part in made:
        items = unpack(part.body)
        assert len(items) == len(set(items)) == sum(part.entries.values())
        assert part.records <= records
        assert len(items) == 1 or len(part.body) <= size
    tallies = chunking.tallies.values()
    assert sum(one.entries_mapped for one in tallies) == len(given_)
    assert sum(one.entries_repeated for one in tallies) == len(given_) - len(sent)
    assert chunking.records_read == len(outcomes)
