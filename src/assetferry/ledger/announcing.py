"""Which of the things that happen to runs others are told, and in what words."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from assetferry.ledger.clock import instant
from assetferry.ledger.notices import post_notice
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import runs, streams

__all__ = ["announce", "announce_blocked"]

_ENDS = {RunState.FAILED: "failed", RunState.PARTIAL: "partial"}


def announce(connection: Connection, run: str, event: str) -> None:
    """Write a notice of an event in a run's life, where its definition asks for that.

    Reasons are left to the ledger: they may quote an answer, and an answer a record.
    """
    if event not in ("held", "ended"):
        return
    found = connection.execute(select(runs).where(runs.c.id == run)).one()
    kind = "held" if event == "held" else _ENDS.get(found.state)
    if kind == "failed" and found.reason_code == "busy":
        kind = "blocked"
    # A scheduled run is not held but closed at once, and then told to have failed.
    over = kind == "held" and found.hold_for <= 0
    if kind is None or over or kind not in (found.notify or []):
        return
    about = f"{kind}:{run}" + (f":{found.held_since}" if kind == "held" else "")
    post_notice(
        connection,
        about=about,
        kind=kind,
        definition=found.definition,
        definition_text=found.definition_text,
        origin=found.origin,
        body=_body(connection, kind, _words(kind, found), found),
    )


def announce_blocked(
    connection: Connection, run: str, *, slot: str, definition: str, text: str, origin: str
) -> bool:
    """Write a notice that ``run`` keeps a scheduled one from beginning; once for each slot."""
    found = connection.execute(select(runs).where(runs.c.id == run)).one()
    return post_notice(
        connection,
        about=f"blocked:{found.import_source_id or definition}:{slot}",
        kind="blocked",
        definition=definition,
        definition_text=text,
        origin=origin,
        body=_body(connection, "blocked", _in_the_way(found), found, definition=definition),
    )


def _words(kind: str, run: Row[Any]) -> str:
    name, code = run.definition, f" ({run.reason_code})" if run.reason_code else ""
    match kind:
        case "held":
            cure = f" {run.held_cure}" if run.held_cure else ""
            return (
                f"Import {name} is held: it waits for a person, and nothing is lost.{cure} "
                f"Why: assetferry runs show {run.id}. Go on: assetferry runs resume {run.id}"
            )
        case "blocked":
            return (
                f"Import {name} could not begin: another import of its source is active. "
                f"See: assetferry runs show {run.id}"
            )
        case "partial":
            return (
                f"Import {name} is done, but not everything arrived. "
                f"What did not: assetferry runs show {run.id}"
            )
        case _:
            return f"Import {name} has failed{code}. Why: assetferry runs show {run.id}"


def _in_the_way(run: Row[Any]) -> str:
    state = "is held" if run.held_since is not None else f"is {run.state}"
    cure = f"assetferry runs resume {run.id}, or runs cancel {run.id}"
    return (
        f"A scheduled import could not begin: run {run.id} of {run.definition} {state}. "
        f"Let it go on, or close it: {cure}"
    )


def _body(
    connection: Connection, kind: str, text: str, run: Row[Any], *, definition: str | None = None
) -> str:
    counted = connection.execute(
        select(func.sum(streams.c.records_read), func.sum(streams.c.records_quarantined)).where(
            streams.c.run == run.id
        )
    ).one()
    at = datetime.fromtimestamp(instant(connection), UTC)
    document = {
        "type": f"import.{kind}",
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "text": text,
        "data": {
            "definition": definition or run.definition,
            "run": run.id,
            "state": run.state,
            "held": run.held_since is not None,
            "code": run.reason_code,
            "scheduled": run.scheduled,
            "records_read": int(counted[0] or 0),
            "records_quarantined": int(counted[1] or 0),
        },
    }
    return msgspec.json.encode(document).decode()
