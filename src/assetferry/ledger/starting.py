"""Flow step 1: from the run's row to an execution and the first rows of every stream."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from assetferry.ledger.advancing import advance
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.clock import instant
from assetferry.ledger.enqueuing import add_due
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.rechecking import locked_state
from assetferry.ledger.states import ENDED, RunState
from assetferry.ledger.tables import runs, streams
from assetferry.ledger.timeline import note

__all__ = [
    "identify",
    "left_open",
    "note_post",
    "open_streams",
    "record_execution",
    "record_stray",
    "take_post_back",
]


def identify(
    connection: Connection, run: str, token: int, *, workspace_id: str, import_source_id: str
) -> str | None:
    """Bind the run to its import source; the id of another active run of it if there is one.

    The unique index decides, over all machines.
    """
    bound = {"workspace_id": workspace_id, "import_source_id": import_source_id}
    try:
        with connection.begin_nested():
            advance(connection, run, token, keep=True, expect=RunState.STARTING, **bound)
    except IntegrityError:
        other = select(runs.c.id).where(
            runs.c.import_source_id == import_source_id, runs.c.state.not_in(ENDED)
        )
        found = connection.execute(other).scalar()
        if found is None:  # it ended in this very moment
            raise LedgerBusy("The other run of the same import source has just ended.") from None
        return found
    return None


def left_open(connection: Connection, import_source_id: str, execution_id: str) -> str | None:
    """Name the ended run that had to leave this execution open in Assets; None if none had."""
    chosen = select(runs.c.id).where(
        runs.c.import_source_id == import_source_id,
        runs.c.execution_id == execution_id,
        runs.c.state.in_(ENDED),
    )
    return connection.execute(chosen.limit(1)).scalar()


def note_post(
    connection: Connection, run: str, token: int, *, before: str | None, posts: int
) -> None:
    """Remember the newest execution before ours is asked for, and that it is about to be.

    From here on an execution may exist that we know nothing of.
    """
    advance(
        connection,
        run,
        token,
        keep=True,
        expect=RunState.STARTING,
        before=before,
        posts=posts,
    )


def take_post_back(
    connection: Connection, run: str, token: int, *, before: str | None, posts: int
) -> None:
    """Remember that an ask was answered with a no: it has made nothing. Raises LeaseLost."""
    advance(connection, run, token, keep=True, before=before, posts=posts)


def record_execution(
    connection: Connection, run: str, token: int, *, execution_id: str, links: Mapping[str, str]
) -> bool:
    """Store the execution that is ours, with its links below the import source.

    False, with the lease given back, where the run was turned towards its end while it was
    asked for: it will be closed. Raises LeaseLost.
    """
    closing = locked_state(connection, run) is RunState.CLOSING
    expected = RunState.CLOSING if closing else RunState.STARTING
    found = {"execution_id": execution_id, "links": dict(links)}
    advance(connection, run, token, keep=not closing, expect=expected, **found)
    note(connection, run, "execution_started", f"Execution {execution_id}")
    return not closing


def record_stray(connection: Connection, run: str, *, execution_id: str) -> None:
    """Let a run that was closed before its start was answered own what this has made.

    Who finds it open in Assets later may close it: see ``left_open``.
    """
    connection.execute(
        update(runs)
        .where(
            runs.c.id == run,
            runs.c.state.in_([RunState.CLOSING, *ENDED]),
            runs.c.execution_id.is_(None),
        )
        .values(execution_id=execution_id)
    )
    note(connection, run, "stray", f"Execution {execution_id} was made too late")


def open_streams(
    connection: Connection,
    run: str,
    token: int,
    names: Sequence[str],
    *,
    ordered: Collection[str] = (),
    hosts: Mapping[str, str] | None = None,
    assets_host: str | None = None,
) -> None:
    """Give every stream its first row; from here on lanes work.

    Reads of an ``ordered`` stream are staged in the order of their places, one after another.
    ``hosts`` says which host a stream asks, ``assets_host`` which one Assets is: rows wait in
    the ledger while theirs must not be asked.
    """
    advance(
        connection,
        run,
        token,
        expect=RunState.STARTING,
        state=RunState.INGESTING,
        assets_host=assets_host,
    )
    now = instant(connection)
    asked = hosts or {}
    rows = [
        {"run": run, "stream": name, "ordered": name in ordered, "host": asked.get(name)}
        for name in names
    ]
    connection.execute(insert(streams), rows)
    for name in names:
        add_due(connection, [ChunkKey(run, name, 0, "")], [None], now, tail=True)
    note(connection, run, "ingesting", f"Reading {', '.join(names)}")
