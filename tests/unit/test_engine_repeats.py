"""Repeats within one read and against earlier ones: equal ones go once, others are conflicts."""

from assetferry.engine.payload import unpack
from assetferry.engine.repeats import Gathering, Sifted
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.identities import Met
from assetferry.ledger.staged import Place
from assetferry.mapping.outcome import Entry, Outcome

KEY = ChunkKey("run", "devices", 4, "2")


def person(email: str, name: str, kind: str = "Employee") -> Entry:
    return Entry(kind, kind.lower(), f'"{email} {name}"'.encode(), (email,))


def laptop(serial: str) -> Entry:
    """An entry of a type that does not find duplicates."""
    return Entry("Laptop", "laptop", f'"{serial}"'.encode())


def gathered(*records: tuple[Entry, ...], size: int = 10_000) -> Gathering:
    gathering = Gathering(records=100, size=size)
    for entries in records:
        gathering.add(Outcome(entries))
    return gathering


def sent(sifted: Sifted) -> list[bytes]:
    return [
        entry
        for part in sifted.chunking.parts("execution", KEY, several=False)
        for _, entry in unpack(part.body)
    ]


def tally(sifted: Sifted, kind: str = "Employee") -> tuple[int, int, int]:
    """Mapped, repeated and conflicting entries."""
    one = sifted.chunking.tallies[kind]
    return one.entries_mapped, one.entries_repeated, one.entries_conflicting


def test_within_a_read_the_first_place_goes() -> None:
    """Equal content is a repeat, other content a conflict with both places."""
    gathering = gathered(
        (laptop("1"), person("ann", "Ann")),
        (laptop("2"), person("ann", "Ann")),
        (laptop("3"), person("ann", "Anna")),
        (person("bob", "Bob"), person("bob", "Rob")),
    )
    sifted = gathering.sifted(KEY, {})
    assert sent(sifted) == [b'"1"', b'"2"', b'"3"', b'"ann Ann"', b'"bob Bob"']
    assert tally(sifted) == (5, 1, 2)
    assert [one.position for one in sifted.identities] == [0, 3]
    assert [(one.identity, one.position, one.sent) for one in sifted.conflicts] == [
        (("ann",), 2, Place(4, "2", 0)),
        (("bob",), 3, Place(4, "2", 3)),
    ]


def test_what_an_earlier_read_has_sent_is_not_sent_again() -> None:
    """Its content decides, also between two entries of this read."""
    before = gathered((person("ann", "Ann"),)).sifted(KEY, {}).identities[0]
    met = {before.identity: Met(before.content, Place(1, "", 7))}
    gathering = gathered((person("ann", "Anna"),), (person("ann", "Ann"),))
    assert list(gathering.identities) == [before.identity]
    sifted = gathering.sifted(KEY, met)
    assert sent(sifted) == []
    assert tally(sifted) == (2, 1, 1)
    assert sifted.identities == []
    assert [one.sent for one in sifted.conflicts] == [Place(1, "", 7)]


def test_a_record_whose_entries_all_went_before_is_mapped() -> None:
    """It is neither left out nor lost: records add up, whatever is sent of them."""
    before = gathered((person("ann", "Ann"),)).sifted(KEY, {}).identities[0]
    met = {before.identity: Met(before.content, Place(1, "", 7))}
    chunking = gathered((person("ann", "Ann"),), ()).sifted(KEY, met).chunking
    assert (chunking.records_read, chunking.records_mapped, chunking.records_left_out) == (2, 1, 1)


def test_object_types_are_apart() -> None:
    """The same identity in another object type is another object."""
    sifted = gathered((person("ann", "Ann"), person("ann", "Ann", "Guest"))).sifted(KEY, {})
    assert len(sifted.identities) == 2
    assert len(sent(sifted)) == 2


def test_repeats_do_not_fill_a_chunk() -> None:
    """A read goes on until there is a chunk's worth to send, or a chunk's records are read."""
    repeated = gathered(*[(person("ann", "Ann"),)] * 50, size=40)
    assert not repeated.full
    assert gathered(*[(person(str(n), "Ann"),) for n in range(10)], size=40).full
    assert gathered(*[(person("ann", "Ann"),)] * 100).full
