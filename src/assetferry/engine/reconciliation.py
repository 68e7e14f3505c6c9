"""What a run claims, against what Assets reports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from assetferry.engine.safety import entries_by_type, moved
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums

__all__ = ["Conclusion", "conclude", "miscounted"]


class _TypeReport(msgspec.Struct):
    """The counters of one object type that say whether all went well (assets-api §8.5)."""

    objectTypeName: str | None = None  # noqa: N815 # as on the wire
    entriesInSource: int | None = None  # noqa: N815
    errorCount: int | None = None  # noqa: N815
    emptyLabelEntries: int | None = None  # noqa: N815
    emptyExternalIdEntries: int | None = None  # noqa: N815


class _Report(msgspec.Struct):
    result: str | None = None
    objectTypeResultMap: dict[str, _TypeReport] | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a processed run ends, and every reason why it is not simply DONE."""

    end: RunState
    findings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What a person may want to know, though nothing of it is amiss."""

    @property
    def reason(self) -> str:
        """Say it all in one text."""
        return " ".join([*(self.findings or ["Everything arrived."]), *self.notes])


def miscounted(sums: Sums) -> str | None:
    """Find records that went nowhere: read = mapped + left out + quarantined, or it is our bug."""
    for stream in sums.streams:
        known = stream.records_mapped + stream.records_left_out + stream.records_quarantined
        if known != stream.records_read:
            return (
                f"The source {stream.stream!r}: {stream.records_read} records read, but only "
                f"{known} accounted for. This is a bug of assetferry; please report it."
            )
    return None


def conclude(sums: Sums, result: Mapping[str, Any] | None) -> Conclusion:
    """Compare entries per object type with ``progressResult``; anything amiss makes it PARTIAL.

    A counter that Assets does not give is no evidence either way: it is noted.
    """
    findings, notes = [*_ours(sums)], [*_left_out(sums), *_conflicts(sums)]
    try:
        report = msgspec.convert(result or {}, _Report, strict=False)
    except msgspec.ValidationError as error:
        findings.append(f"The result that Assets reports cannot be read ({error}).")
    else:
        findings += _theirs(sums, report)
        notes += _noted(sums, report)
    end = RunState.PARTIAL if findings else RunState.DONE
    return Conclusion(end, tuple(findings), tuple(notes))


def _ours(sums: Sums) -> Iterator[str]:
    for stream in sums.streams:
        if stream.records_quarantined:
            yield f"{stream.records_quarantined} records of {stream.stream!r} are in quarantine."
        if (why := moved(stream.moved, stream.total, stream.records_read)) is not None:
            yield (
                f"The source {stream.stream!r} changed while it was read ({why}). Give it a "
                "stable sort order, or page by key."
            )
    for one in sums.types:
        spared = one.entries_repeated + one.entries_conflicting
        if one.entries_submitted + spared < one.entries_mapped:
            refused = one.entries_mapped - one.entries_submitted - spared
            yield f"{one.object_type}: Assets refused {refused} entries; they are in quarantine."


def _left_out(sums: Sums) -> Iterator[str]:
    for stream in sums.streams:
        if stream.values_left_out:
            yield (
                f"{stream.values_left_out} values of {stream.stream!r} do not fit the type of "
                "their attribute and were left out; `assetferry check` names such values."
            )


def _conflicts(sums: Sums) -> Iterator[str]:
    for one in sums.types:
        if one.entries_conflicting:
            yield (
                f"{one.object_type}: {one.entries_conflicting} entries were not sent, because "
                "their identity comes earlier with other content."
            )


def _theirs(sums: Sums, report: _Report) -> Iterator[str]:
    if report.result not in (None, "OK"):
        yield f"Assets reports the result {report.result}."
    reported = _by_name(report)
    for name, sent in entries_by_type(sums).items():
        if name in reported:
            yield from _type(name, sent, reported[name])


def _noted(sums: Sums, report: _Report) -> Iterator[str]:
    reported = _by_name(report)
    for name, sent in entries_by_type(sums).items():
        seen = reported[name].entriesInSource if name in reported else None
        if seen is None and sent:
            yield f"{name}: {sent} entries sent, not confirmed by Assets."
        if seen is not None and seen > sent:
            yield f"{name}: {sent} entries sent, Assets saw {seen}: some of them arrived twice."


def _by_name(report: _Report) -> dict[str | None, _TypeReport]:
    return {one.objectTypeName: one for one in (report.objectTypeResultMap or {}).values()}


def _type(name: str, sent: int, reported: _TypeReport) -> Iterator[str]:
    if reported.entriesInSource is not None and reported.entriesInSource < sent:
        yield f"{name}: {sent} entries sent, Assets saw {reported.entriesInSource}."
    if reported.errorCount:
        yield f"{name}: {reported.errorCount} errors, says Assets."
    if reported.emptyLabelEntries:
        yield f"{name}: {reported.emptyLabelEntries} entries skipped, their label is empty."
    if reported.emptyExternalIdEntries:
        yield f"{name}: {reported.emptyExternalIdEntries} entries skipped, their identity is empty."
