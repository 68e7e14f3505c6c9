"""Guards of the ledger: leases and tokens, limits, completion, what is unique."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

CHUNKS = ("integration/test_ledger_chunks.py",)
CLEARING = ("integration/test_ledger_clearing.py",)
CLAIMS = ("integration/test_ledger_claims.py",)
COMPLETING = ("integration/test_ledger_completing.py",)
PACING = ("integration/test_ledger_pacing.py",)
STAGING = ("integration/test_ledger_staging.py",)
WORKERS = ("integration/test_ledger_workers.py",)
STARTING = ("integration/test_ledger_starting.py",)
TIMEKEEPING = ("integration/test_ledger_timekeeping.py", "unit/test_ledger_timekeeping.py")

GUARDS = (
    Guard(
        name="a forgotten run is not known",
        file="ledger/clearing.py",
        text="KNOWN = runs.c.clearing.is_distinct_from(Clearing.RUN)",
        becomes="KNOWN = runs.c.id.is_not(None)",
        tests=CLEARING,
    ),
    Guard(
        name="the end of a large run leaves a mark",
        file="ledger/closing.py",
        text="values(clearing=Clearing.IDENTITIES)",
        becomes="values(clearing=None)",
        tests=CLEARING,
    ),
    Guard(
        name="pieces are small",
        file="ledger/clearing.py",
        text=".order_by(*key).limit(most)",
        becomes=".order_by(*key)",
        tests=CLEARING,
    ),
    Guard(
        name="reads are limited",
        file="ledger/claim.py",
        text=" and load.reading < reads",
        becomes="",
        tests=CLAIMS,
    ),
    Guard(
        name="reading waits for sending",
        file="ledger/claim.py",
        text="load.staged < _BACK_PRESSURE * sends and ",
        becomes="",
        tests=CLAIMS,
    ),
    Guard(
        name="a held run gives no work",
        file="ledger/claim.py",
        text="ingesting = locked.state == RunState.INGESTING and locked.held_since is None",
        becomes="ingesting = locked.state == RunState.INGESTING",
        tests=CLAIMS,
    ),
    Guard(
        name="a leased row is not free",
        file="ledger/free_rows.py",
        text='chunks.c.lease_until <= bindparam("now")',
        becomes='chunks.c.due_at <= bindparam("now")',
        tests=CLAIMS,
    ),
    Guard(
        name="a claim waits for no row",
        file="ledger/free_rows.py",
        text=".with_for_update(skip_locked=True)",
        becomes=".with_for_update()",
        tests=("integration/test_ledger_claims.py", "-k", "passes_over"),
    ),
    Guard(
        name="one claim at a time",
        file="ledger/claim.py",
        text="    .with_for_update(key_share=True)\n)\n_WHOLE",
        becomes=")\n_WHOLE",
        tests=("integration/test_ledger_claims.py", "-k", "postgres"),
    ),
    Guard(
        name="a late read is refused",
        file="ledger/staging.py",
        text='chunks.c.token == bindparam("held_token"),',
        becomes='chunks.c.token >= bindparam("held_token"),',
        tests=STAGING,
    ),
    Guard(
        name="a closing run takes no more",
        file="ledger/staging.py",
        text="    if state != RunState.INGESTING:",
        becomes="    if state is None:",
        tests=STAGING,
    ),
    Guard(
        name="a late answer is refused",
        file="ledger/submitting.py",
        text='chunks.c.token == bindparam("held_token"),',
        becomes='chunks.c.token >= bindparam("held_token"),',
        tests=CHUNKS,
    ),
    Guard(
        name="a late retry is refused",
        file="ledger/retrying.py",
        text='chunks.c.token == bindparam("held_token"),',
        becomes='chunks.c.token >= bindparam("held_token"),',
        tests=CHUNKS,
    ),
    Guard(
        name="parts of an ended run are not kept",
        file="ledger/submitting.py",
        text="if (found := connection.execute(state).scalar()) != RunState.INGESTING:",
        becomes="if (found := connection.execute(state).scalar()) is None:",
        tests=("integration/test_ledger_forgetting.py",),
    ),
    Guard(
        name="a late step is refused",
        file="ledger/advancing.py",
        text="changing = update(runs).where(runs.c.id == run, runs.c.token == token)",
        becomes="changing = update(runs).where(runs.c.id == run, runs.c.token >= token)",
        tests=STARTING,
    ),
    Guard(
        name="completion waits for every row",
        file="ledger/completing.py",
        text=".where(runs.c.held_since.is_(None), all_in(run))",
        becomes=".where(runs.c.held_since.is_(None))",
        tests=COMPLETING,
    ),
    Guard(
        name="a held run is not completed",
        file="ledger/completing.py",
        text=".where(runs.c.held_since.is_(None), all_in(run))",
        becomes=".where(all_in(run))",
        tests=COMPLETING,
    ),
    Guard(
        name="a judgement belongs to its lease",
        file="ledger/completing.py",
        text="(runs.c.token == token,)",
        becomes="()",
        tests=COMPLETING,
    ),
    Guard(
        name="a run of the living is not adopted",
        file="ledger/creation.py",
        text="(runs.c.owner == worker) | ~living |",
        becomes='(runs.c.owner != "") |',
        tests=STARTING,
    ),
    Guard(
        name="who stands still is overtaken",
        file="ledger/membership.py",
        text="if silent:\n            file.unlink(missing_ok=True)\n        return silent or ",
        becomes="return ",
        tests=WORKERS,
    ),
    Guard(
        name="who was buried takes a new lock",
        file="ledger/membership.py",
        text="self._lock.release()\n                self._lock.acquire(timeout=0)",
        becomes="pass",
        tests=WORKERS,
    ),
    Guard(
        name="who stands still lets go of locks",
        file="ledger/postgres.py",
        text="connection.cursor().execute(longest)",
        becomes="pass",
        tests=("integration/test_ledger_postgres.py", "-k", "stands_still"),
    ),
    Guard(
        name="one active run per definition",
        file="ledger/migrations/versions/0001_first.py",
        text='        ["definition"],\n        unique=True,',
        becomes='        ["definition"],\n        unique=False,',
        tests=STARTING,
    ),
    Guard(
        name="one active run per import source",
        file="ledger/migrations/versions/0001_first.py",
        text='        ["import_source_id"],\n        unique=True,',
        becomes='        ["import_source_id"],\n        unique=False,',
        tests=STARTING,
    ),
    Guard(
        name="of two pauses the later end holds",
        file="ledger/pacing.py",
        text="    if until > found.paused_until:",
        becomes="    if until:",
        tests=PACING,
    ),
    Guard(
        name="rows of a paused host stay",
        file="ledger/claim.py",
        text="found = to_read(connection, free, doors.streams)",
        becomes="found = to_read(connection, free, None)",
        tests=PACING,
    ),
    Guard(
        name="a place seen before is known again",
        file="ledger/landmarks.py",
        text="if following is not None and following == cursor:",
        becomes='if following is None and cursor == b"":',
        tests=("integration/test_ledger_landmarks.py",),
    ),
    Guard(
        name="an old text is not worked with",
        file="ledger/claim.py",
        text="if definition_hash not in (None, locked.definition_hash):",
        becomes='if definition_hash == "":',
        tests=("integration/test_ledger_redefining.py",),
    ),
    Guard(
        name="a set clock is noticed before a lease is compared with it",
        file="ledger/sqlite.py",
        text="if self._apart_by is None or abs(apart - self._apart_by) > TOLERANCE_S:",
        becomes="if self._apart_by is None:",
        tests=TIMEKEEPING,
    ),
    Guard(
        name="moments move with a set clock",
        file="ledger/timekeeping.py",
        text="    if by:\n        _move(connection, by)",
        becomes="    if by is None:\n        _move(connection, by)",
        tests=TIMEKEEPING,
    ),
    Guard(
        name="a set clock is moved after once",
        file="ledger/timekeeping.py",
        text="    if by or stamp:",
        becomes="    if stamp and not by:",
        tests=TIMEKEEPING,
    ),
    Guard(
        name="another boot's uptime proves nothing",
        file="ledger/timekeeping.py",
        text="if now.boot is not None and now.boot == before.boot:",
        becomes="if now.boot is not None:",
        tests=TIMEKEEPING,
    ),
    Guard(
        name="a failure undoes what was noticed of the clock",
        file="ledger/sqlite.py",
        text="transaction.rollback()\n                self._apart_by = None",
        becomes="transaction.rollback()",
        tests=TIMEKEEPING,
    ),
)
