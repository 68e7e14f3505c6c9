"""Flow step 1: a run gets its import source, its mapping, its execution and its first rows.

Each function goes one part of the way and tells whether to go on; where not, it has written
down what comes next. The process may die between any two lines: the step is then taken again
from what the ledger holds.
"""

from dataclasses import replace

from assetferry.assets.answers import (
    Conflict,
    ExecutionStatus,
    Identified,
    Refused,
    Started,
    Throttled,
    Trouble,
    Unavailable,
    Unexpected,
)
from assetferry.engine.decisions import GiveUp, after_trouble, ended_there
from assetferry.engine.desk import Desk
from assetferry.engine.failing import fail_step, still_ours
from assetferry.engine.hosts import assets_host, stream_hosts
from assetferry.engine.lost_start import Ask, Busy, Cancel, after_lost_answer
from assetferry.engine.mapped import bring_mapping_up_to_date
from assetferry.ledger.advancing import confirm
from assetferry.ledger.closing import close_step, end_run
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.remembering import remembered_ids
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.starting import (
    identify,
    left_open,
    note_post,
    open_streams,
    record_execution,
    record_stray,
    take_post_back,
)
from assetferry.ledger.states import RunState
from assetferry.mapping.document import mapping_document
from assetferry.mapping.refusals import problems, summary

__all__ = ["start"]


async def start(desk: Desk, run: Run) -> None:
    """Bring a STARTING run to INGESTING, as far as Assets lets it. Raises LeaseLost."""
    for part in (_identify, _map, _settle, _ask, _check):
        if not await part(desk, run):
            return
        run = await still_ours(desk, run)
    definition, transformers = desk.equipment.definition, desk.equipment.transformers
    await desk.ledger.run(
        open_streams,
        run.id,
        run.token,
        list(desk.equipment.sources),
        ordered=[name for name, one in transformers.items() if one.finds_duplicates],
        hosts=stream_hosts(definition),
        assets_host=assets_host(definition),
    )


async def _identify(desk: Desk, run: Run) -> bool:
    found = await desk.equipment.target.identify()
    if not isinstance(found, Identified):
        return await _trouble(desk, run, found)
    if run.import_source_id not in (None, found.import_source_id):
        message = "The token belongs to another import source than the one this run began with."
        await fail_step(desk, run, GiveUp(code="other_import_source", message=message))
        return False
    if run.retry_of is not None:
        retried = await desk.ledger.run(load_run, run.retry_of)
        if retried.import_source_id != found.import_source_id:
            message = "The token belongs to another import source than the run that is retried."
            await fail_step(desk, run, GiveUp(code="other_import_source", message=message))
            return False
    other = await desk.ledger.run(
        identify,
        run.id,
        run.token,
        workspace_id=found.workspace_id,
        import_source_id=found.import_source_id,
    )
    if other is not None:
        return await _busy(desk, run, _BEFORE.format(run=other))
    return True


async def _map(desk: Desk, run: Run) -> bool:
    trouble = await bring_mapping_up_to_date(
        desk.ledger,
        desk.equipment.definition,
        desk.target(run),
        import_source_id=run.import_source_id or "",
        before_push=lambda: still_ours(desk, run),
    )
    if isinstance(trouble, Refused):
        trouble = await _placed(desk, run, trouble)
    return True if trouble is None else await _trouble(desk, run, trouble)


async def _placed(desk: Desk, run: Run, refused: Refused) -> Refused:
    """Say where in the definition the mapping is refused, if Assets says where."""
    definition = desk.equipment.definition
    remembered = await desk.ledger.run(remembered_ids, definition.name)
    document = mapping_document(definition, remembered=remembered).document
    found = problems(refused.body, document, run.definition_text)
    return replace(refused, reason=summary(found)) if found else refused


async def _settle(desk: Desk, run: Run) -> bool:
    """Find out what an earlier ask, whose answer never came, has made; leave none of it open."""
    if run.execution_id is not None or run.posts == 0:
        return True
    newest = await desk.target(run).newest()
    if newest is not None and not isinstance(newest, ExecutionStatus):
        return await _trouble(desk, run, newest)
    match after_lost_answer(run.before, newest):
        case Cancel(execution_id=lost):
            # What is newest may be a successor's by now, if this process slept through its lease.
            await desk.ledger.run(confirm, run.id, run.token, expect=RunState.STARTING)
            answer = await desk.target(run).cancel(lost)
            return await _trouble(desk, run, answer) if isinstance(answer, Trouble) else True
        case Busy():
            return await _busy(desk, run, _IN_PROGRESS)
        case Ask():
            return True


async def _ask(desk: Desk, run: Run) -> bool:
    """Ask for an execution, unless there is one already."""
    if run.execution_id is not None:
        return True
    newest = await desk.target(run).newest()
    if newest is not None and not isinstance(newest, ExecutionStatus):
        return await _trouble(desk, run, newest)
    if newest is not None and newest.state == "INGESTING" and await _ours(desk, run, newest):
        answer = await desk.target(run).cancel(newest.execution_id or "")
        if isinstance(answer, Trouble):
            return await _trouble(desk, run, answer)
        await still_ours(desk, run)
    before = None if newest is None else newest.execution_id
    await desk.ledger.run(note_post, run.id, run.token, before=before, posts=run.posts + 1)
    answer = await desk.target(run).start(scheduled=run.scheduled)
    match answer:
        case Started():
            return await _begun(desk, run, answer)
        case Unavailable() | Unexpected() | Throttled():
            return await _trouble(desk, run, answer)
        case _:
            return await _refused(desk, run, answer)


async def _begun(desk: Desk, run: Run, started: Started) -> bool:
    made = {"execution_id": started.execution_id}
    try:
        return await desk.ledger.run(
            record_execution, run.id, run.token, **made, links=started.links
        )
    except LeaseLost:
        # The run went on or ended without it, and nobody else can know of it: it was sent nothing.
        await desk.ledger.run(record_stray, run.id, **made)
        await desk.target(run).cancel(started.execution_id)
        raise


async def _refused(desk: Desk, run: Run, trouble: Trouble) -> bool:
    # A definite no has made nothing: what is open there is not ours to cancel.
    await desk.ledger.run(take_post_back, run.id, run.token, before=run.before, posts=run.posts)
    run = await still_ours(desk, run)
    if run.posts > 0 and _in_progress(trouble):
        # An earlier ask, whose answer never came, may have arrived after we had looked.
        trouble = Unavailable(reason=f"{_IN_PROGRESS} It may be from a start that got no answer.")
    return await _trouble(desk, run, trouble)


async def _ours(desk: Desk, run: Run, newest: ExecutionStatus) -> bool:
    """Tell whether an earlier run had to end without closing this execution: then it is ours."""
    left = await desk.ledger.run(left_open, run.import_source_id or "", newest.execution_id or "")
    return left is not None


async def _check(desk: Desk, run: Run) -> bool:
    """Send nothing before Assets says INGESTING: what comes earlier leaves it stuck (§8.2)."""
    assert run.execution_id is not None  # noqa: S101 # by _ask
    status = await desk.target(run).status(run.execution_id)
    if not isinstance(status, ExecutionStatus):
        return await _trouble(desk, run, status)
    if status.state == "INGESTING":
        return True
    over = ended_there(status.state)
    await desk.ledger.run(close_step, run.id, run.token, code=over.code, reason=over.reason)
    return False


_BEFORE = (
    "Run {run} of the same import source has not ended. See what it waits for: assetferry runs "
    "show {run}; let it go on with runs resume, or close it with runs cancel."
)
_IN_PROGRESS = "Another execution of this import source is active in Assets. Run again later."


async def _busy(desk: Desk, run: Run, reason: str) -> bool:
    await desk.ledger.run(
        end_run, run.id, run.token, end=RunState.FAILED, code="busy", reason=reason
    )
    return False


def _in_progress(trouble: Trouble) -> bool:
    return isinstance(trouble, Conflict) and trouble.error_code == "IN_PROGRESS"


async def _trouble(desk: Desk, run: Run, trouble: Trouble) -> bool:
    if _in_progress(trouble):
        return await _busy(desk, run, _IN_PROGRESS)
    decided = after_trouble(
        trouble, attempts=run.attempts, now=await desk.now(), backoff=desk.backoff
    )
    await fail_step(desk, run, decided)
    return False
