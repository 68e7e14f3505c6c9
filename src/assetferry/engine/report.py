"""A run told as plain data, the same for the command line, the console and its JSON twins."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from assetferry.engine.standing import Held, Stalled, Waiting, came_further_at, standing
from assetferry.ledger.conflicts import Conflicting
from assetferry.ledger.run import Run
from assetferry.ledger.sums import Sums
from assetferry.ledger.timeline import Event

__all__ = ["headline", "how_it_stands", "told"]

_COUNTERS = {
    "created": "objectsCreated",
    "updated": "objectsUpdated",
    "identical": "objectsIdentical",
    "duplicates": "duplicateEnries",  # misspelt on the wire (assets-api §8.6)
    "errors": "errorCount",
}


def headline(run: Run) -> dict[str, Any]:
    """Tell a run in one line."""
    return {
        "run": run.id,
        "definition": run.definition,
        "origin": run.origin,
        "retry_of": run.retry_of,
        "state": str(run.state),
        "held": run.held,
        "held_reason": run.held_reason,
        "cure": run.held_cure,
        "waits_for": run.waits_for,
        "waits_until": run.due_at if run.waits_for else None,
        "reason_code": run.reason_code,
        "reason": run.reason,
        "scheduled": run.scheduled,
        "execution_id": run.execution_id,
        "import_source_id": run.import_source_id,
        "created_at": run.created_at,
        "ended_at": run.ended_at,
    }


def how_it_stands(run: Run, sums: Sums) -> dict[str, Any]:
    """Tell whether a run works, waits, is held or stalls: for what, until when, and the cure."""
    found = standing(run, sums)
    told: dict[str, Any] = {"kind": type(found).__name__.lower(), "for": None, "until": None}
    told |= {"since": came_further_at(run, sums), "cure": None}
    match found:
        case Held(until=until):
            told |= {"for": run.held_reason, "until": until, "cure": run.held_cure}
        case Waiting(what=what, until=until):
            told |= {"for": what, "until": until}
        case Stalled(cure=cure):
            told |= {"cure": cure}
        case _:
            pass
    return told


def told(
    run: Run,
    sums: Sums,
    events: Sequence[Event] = (),
    conflicts: Sequence[Conflicting] = (),
) -> dict[str, Any]:
    """Tell the whole story of a run; times are epoch seconds."""
    return headline(run) | {
        "standing": how_it_stands(run, sums),
        "streams": [
            {
                "stream": one.stream,
                "total": one.total,
                "moved": one.moved,
                "exhausted": one.exhausted,
                "records_read": one.records_read,
                "records_mapped": one.records_mapped,
                "records_left_out": one.records_left_out,
                "records_quarantined": one.records_quarantined,
                "values_left_out": one.values_left_out,
                "chunks_staged": one.chunks_staged,
                "chunks_submitted": one.chunks_submitted,
                "progressed_at": one.progressed_at,
            }
            for one in sums.streams
        ],
        "chunks": {
            "due": sums.chunks.due,
            "staged": sums.chunks.staged,
            "failed": sums.chunks.failed,
            "retried": sums.chunks.retried,
            "last_error": sums.chunks.last_error,
            "next_due_at": sums.chunks.next_due_at,
        },
        "hosts": [
            {"host": one.host, "free_at": one.until, "reason": one.reason} for one in sums.closed
        ],
        "object_types": _object_types(run, sums),
        "conflicts": [
            {
                "object_type": one.object_type,
                "identity": one.identity,
                "stream": one.stream,
                "place": {"cursor": one.cursor, "index": one.position},
                "sent": {"cursor": one.sent_cursor, "index": one.sent_position},
            }
            for one in conflicts
        ],
        "overrides": run.overrides or {},
        "events": [{"at": one.at, "kind": one.kind, "text": one.text} for one in events],
    }


def _object_types(run: Run, sums: Sums) -> list[dict[str, Any]]:
    """Set what was sent beside what Assets made of it; None where Assets does not say."""
    rows: dict[str, dict[str, Any]] = {}
    for one in sums.types:
        row = rows.setdefault(
            one.object_type,
            {"object_type": one.object_type}
            | dict.fromkeys(("mapped", "repeated", "conflicting", "sent", "quarantined"), 0),
        )
        row["mapped"] += one.entries_mapped
        row["repeated"] += one.entries_repeated
        row["conflicting"] += one.entries_conflicting
        row["sent"] += one.entries_submitted
        row["quarantined"] += one.entries_quarantined
    reported = _reported(run.result or {})
    for name, row in rows.items():
        seen = reported.get(name, {})
        row |= {ours: seen.get(theirs) for ours, theirs in _COUNTERS.items()}
    return list(rows.values())


def _reported(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    by_type = result.get("objectTypeResultMap")
    if not isinstance(by_type, Mapping):
        return {}
    found = cast("Mapping[str, Any]", by_type).values()
    each = [cast("Mapping[str, Any]", one) for one in found if isinstance(one, Mapping)]
    return {str(one.get("objectTypeName")): one for one in each}
