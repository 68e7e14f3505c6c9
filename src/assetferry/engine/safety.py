"""What a run must not do without a person: checked before Assets is told that all is there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assetferry.definition.document import Definition
from assetferry.ledger.sums import StreamSums, Sums, TypeSums

__all__ = [
    "LIMITS",
    "Objection",
    "entries_by_type",
    "hopeless",
    "moved",
    "objections",
    "overriding",
]

LIMITS = ("min_records", "max_shrink", "max_quarantined", "moved")
"""What a person may set aside for one run, with a reason."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One limit that a run has passed."""

    limit: str
    """Its key under [safety], or ``moved``: what an override names."""
    code: str
    reason: str
    cure: str


def objections(
    definition: Definition,
    sums: Sums,
    *,
    last_good: Mapping[str, int] | None,
    retry: bool = False,
) -> list[Objection]:
    """Name every limit that the run has passed; none means that it may be completed.

    ``last_good`` gives the entries per object type of the last full run that ended DONE. A
    ``retry`` is small and made of bad records, so the limits of a full run say nothing of it.
    """
    if retry:
        return list(_partial(definition))
    return [
        *_too_few(definition, sums),
        *_shrunk(definition, sums, last_good or {}),
        *_quarantined(definition, sums),
        *_moved(definition, sums),
    ]


def _partial(definition: Definition) -> Iterator[Objection]:
    if definition.assets.missing_objects != "ignore":
        yield Objection(
            "missing_objects",
            "would_remove",
            "A retry brings only some records, and Assets may remove the objects of all others.",
            "Cancel it and run the whole import again. No override helps.",
        )


def _too_few(definition: Definition, sums: Sums) -> Iterator[Objection]:
    least = definition.safety.min_records
    for stream in sums.streams:
        if stream.records_read < least:
            yield Objection(
                "min_records",
                "too_few_records",
                f"The source {stream.stream!r} gave {stream.records_read} records, "
                f"at least {least} are expected.",
                "See that the source is complete and its filters are right. If it may be empty, "
                "set min_records = 0 under [safety] and run again with --new.",
            )


def _shrunk(
    definition: Definition, sums: Sums, last_good: Mapping[str, int]
) -> Iterator[Objection]:
    allowed = definition.safety.max_shrink
    now = entries_by_type(sums)
    for name, before in last_good.items():
        if name in definition.object_types and before - now.get(name, 0) > _share(before, allowed):
            yield Objection(
                "max_shrink",
                "shrunk",
                f"{name}: {now.get(name, 0)} entries, {before} in the last good run; "
                f"no more than {allowed:.0%} fewer are allowed.",
                "See that the source is complete, and if it was not, run again with --new.",
            )


def _quarantined(definition: Definition, sums: Sums) -> Iterator[Objection]:
    for bad in _bad(sums, definition.max_quarantined):
        yield _too_many(definition, bad)


def _too_many(definition: Definition, bad: str) -> Objection:
    return Objection(
        "max_quarantined",
        "too_many_quarantined",
        f"{bad} could not become entries, {definition.max_quarantined:.0%} is allowed.",
        "Mend the records or the mapping and run again with --new, or raise "
        "max_quarantined under [safety] and resume with --definition FILE"
        + (
            "."
            if definition.assets.missing_objects == "ignore"
            else "; it counts as 0 unless the import source is set to ignore missing "
            'objects and missing_objects = "ignore" says so under [assets].'
        ),
    )


def _bad(sums: Sums, allowed: float) -> Iterator[str]:
    """Say where too much is in quarantine: by records per stream, by entries per object type.

    A type that few records have may be lost as a whole while its stream looks well.
    """
    for stream in sums.streams:
        types = [one for one in sums.types if one.stream == stream.stream]
        bad = _set_aside(stream, types)
        if bad > _share(stream.records_read, allowed):
            yield f"The source {stream.stream!r}: {bad} of {stream.records_read} records"
            continue
        for one in types:
            bad = one.entries_quarantined
            # What Assets refused was mapped before; what could not be mapped was not.
            made = max(one.entries_mapped, one.entries_submitted + bad)
            if bad > _share(made, allowed):
                yield f"{one.object_type}: {bad} of {made} entries"


def _set_aside(stream: StreamSums, types: Iterable[TypeSums], searched: int = 0) -> int:
    refused = sum(one.entries_quarantined for one in types if one.stream == stream.stream)
    return max(stream.records_quarantined, refused + searched)


def hopeless(
    definition: Definition,
    streams: Iterable[StreamSums],
    types: Iterable[TypeSums],
    *,
    searched: Mapping[str, int],
) -> Objection | None:
    """Object to a run under way that can no longer keep ``max_quarantined``.

    A share is judged where the whole is known: by the total that the source states, or once its
    end is reached. Without a total, records of which not one could be used stand for all. A few
    bad ones are looked for to the end, so that a person gets to see all of them and not one a
    run. ``searched`` counts, per stream, the pieces of refused chunks that are being searched:
    in each there is one bad entry at least.
    """
    for stream in streams:
        whole = _whole(stream)
        bad = _set_aside(stream, types, searched.get(stream.stream, 0))
        if whole is not None and bad >= _MANY and bad > _share(whole, definition.max_quarantined):
            where = f"The source {stream.stream!r}: {bad} of {whole} records"
            return _too_many(definition, where)
    return None


_MANY = 100
"""Bad records that show what is wrong; more of them would show nothing new."""
_NONE_OF = 1000
"""Records of which not one could be used, and which stand for all that a source has."""


def _whole(stream: StreamSums) -> int | None:
    """Tell how many records a stream has, where that is known or need not be known."""
    if stream.exhausted:
        return stream.records_read
    if stream.total is not None:
        return max(stream.total, stream.records_read)
    useless = stream.records_quarantined == stream.records_read >= _NONE_OF
    return stream.records_read if useless else None


def _share(number: int, allowed: float) -> float:
    """Give a share of a number; 57% of 100 is 57, and not 56.99999999999999."""
    return round(number * allowed, 6)


def _moved(definition: Definition, sums: Sums) -> Iterator[Objection]:
    if definition.assets.missing_objects == "ignore":
        return
    for stream in sums.streams:
        if (why := moved(stream.moved, stream.total, stream.records_read)) is not None:
            yield Objection(
                "moved",
                "stream_moved",
                f"The source {stream.stream!r} changed while it was read ({why}): records may "
                "be missing, and Assets may remove their objects.",
                "Run again with --new at a quiet time; give the source a stable sort order, or "
                "page by key.",
            )


def overriding(limits: str) -> str:
    """Say how a person lets a held run go on although it has passed these limits."""
    return f"If this is right as it is: resume with --override {limits} --reason TEXT."


def moved(why: str | None, total: int | None, read: int) -> str | None:
    """Say why a stream has moved: its total changed, or it held more or less than its total."""
    if why is None and total is not None and read != total:
        return f"it said {total} records and gave {read}"
    return why


def entries_by_type(sums: Sums) -> dict[str, int]:
    """Add up what Assets has accepted, per object type."""
    found: dict[str, int] = {}
    for one in sums.types:
        found[one.object_type] = found.get(one.object_type, 0) + one.entries_submitted
    return found
