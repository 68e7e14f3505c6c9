"""Guards of the engine: what an answer leads to, what must not be completed."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

DECISIONS = ("unit/test_engine_decisions.py",)
READING = ("unit/test_engine_reading.py",)
CANCELLING = ("integration/test_engine_cancelling.py", "-k", "r07 and not postgres")
LATE_STARTS = ("integration/test_r02_late_starts.py",)
HOPELESS = ("unit/test_engine_hopeless.py",)
POISON = ("integration/test_r10_poison.py",)
SAFETY = ("unit/test_engine_safety.py",)

GUARDS = (
    Guard(
        name="a closed execution's 400 blames no data",
        file="engine/decisions.py",
        text='if state != "INGESTING":',
        becomes="if not state:",
        tests=DECISIONS,
    ),
    Guard(
        name="a throttle is no attempt",
        file="engine/decisions.py",
        text='counted=False, code="throttled"',
        becomes='counted=True, code="throttled"',
        tests=DECISIONS,
    ),
    Guard(
        name="never earlier than asked",
        file="engine/decisions.py",
        text="due_at = max(until or 0.0, now + backoff.pause(attempts))",
        becomes="due_at = now + backoff.pause(attempts)",
        tests=DECISIONS,
    ),
    Guard(
        name="a wait of over a day is for a person",
        file="engine/decisions.py",
        text="until - now > LONGEST_WAIT_S",
        becomes="until - now > 1000 * LONGEST_WAIT_S",
        tests=DECISIONS,
    ),
    Guard(
        name="bisection has a budget",
        file="engine/decisions.py",
        text="if bisections >= BISECTIONS:",
        becomes="if bisections >= 1000 * BISECTIONS:",
        tests=DECISIONS,
    ),
    Guard(
        name="a type that was never accepted holds",
        file="engine/decisions.py",
        text="if not accepted_before:",
        becomes="if accepted_before is None:",
        tests=DECISIONS,
    ),
    Guard(
        name="attempts are bounded",
        file="engine/decisions.py",
        text="if using.exhausted(attempts):",
        becomes="if attempts < 0:",
        tests=DECISIONS,
    ),
    Guard(
        name="the same cursor ends a read",
        file="engine/paging.py",
        text="if page.next == cursor:",
        becomes="if page.next is page:",
        tests=READING,
    ),
    Guard(
        name="the same page ends a read",
        file="engine/paging.py",
        text="if mark in self.marks:",
        becomes="if mark is page:",
        tests=READING,
    ),
    Guard(
        name="too few records",
        file="engine/safety.py",
        text="if stream.records_read < least:",
        becomes="if stream.records_read < 0:",
        tests=SAFETY,
    ),
    Guard(
        name="too much in quarantine",
        file="engine/safety.py",
        text="if bad > _share(stream.records_read, allowed):",
        becomes="if bad > stream.records_read:",
        tests=SAFETY,
    ),
    Guard(
        name="too much of a type in quarantine",
        file="engine/safety.py",
        text="if bad > _share(made, allowed):",
        becomes="if bad > made:",
        tests=SAFETY,
    ),
    Guard(
        name="a share of a whole that is not known",
        file="engine/safety.py",
        text="useless = stream.records_quarantined == stream.records_read >= _NONE_OF",
        becomes="useless = True",
        tests=HOPELESS,
    ),
    Guard(
        name="a hopeless run is a share of all that is to come",
        file="engine/safety.py",
        text="return max(stream.total, stream.records_read)",
        becomes="return stream.records_read",
        tests=HOPELESS,
    ),
    Guard(
        name="a few bad records are all shown",
        file="engine/safety.py",
        text="bad >= _MANY and ",
        becomes="",
        tests=HOPELESS,
    ),
    Guard(
        name="a source that cannot be used is not read on",
        file="engine/lane.py",
        text="await stop_if_hopeless(self._desk)",
        becomes="pass",
        tests=POISON,
    ),
    Guard(
        name="refused pieces count before their entries are found",
        file="engine/stopping.py",
        text="searched=searched(connection, run)",
        becomes="searched={}",
        tests=POISON,
    ),
    Guard(
        name="a limit that was set aside stops no run",
        file="ledger/holding.py",
        text=" and limit not in (found.overrides or {})",
        becomes="",
        tests=POISON,
    ),
    Guard(
        name="fewer than last time",
        file="engine/safety.py",
        text="before - now.get(name, 0) > _share(before, allowed)",
        becomes="before - now.get(name, 0) > before",
        tests=SAFETY,
    ),
    Guard(
        name="the same newest execution made nothing",
        file="engine/lost_start.py",
        text="if newest.execution_id is None or newest.execution_id == before:",
        becomes="if newest.execution_id is None:",
        tests=("unit/test_engine_lost_start.py",),
    ),
    Guard(
        name="a successor's execution is let be",
        file="engine/starting.py",
        text="await desk.ledger.run(confirm, run.id, run.token, expect=RunState.STARTING)",
        becomes="pass",
        tests=("integration/test_engine_trouble.py", "-k", "r02 and not postgres"),
    ),
    Guard(
        name="records add up",
        file="engine/reconciliation.py",
        text="if known != stream.records_read:",
        becomes="if known < 0:",
        tests=SAFETY,
    ),
    Guard(
        name="fewer seen than sent is partial",
        file="engine/reconciliation.py",
        text="reported.entriesInSource < sent:",
        becomes="reported.entriesInSource < 0:",
        tests=SAFETY,
    ),
    Guard(
        name="a start under way is waited for",
        file="ledger/leasing.py",
        text="asked = or_(and_(starts, runs.c.posts > 0), runs.c.state == RunState.COMPLETING)",
        becomes="asked = and_(starts, runs.c.state == RunState.COMPLETING)",
        tests=LATE_STARTS,
    ),
    Guard(
        name="a completing call under way is waited for",
        file="ledger/leasing.py",
        text="asked = or_(and_(starts, runs.c.posts > 0), runs.c.state == RunState.COMPLETING)",
        becomes="asked = and_(starts, runs.c.posts > 0)",
        tests=CANCELLING,
    ),
    Guard(
        name="the token is kept while a call is under way",
        file="ledger/closing.py",
        text="token=case((under_way, runs.c.token), else_=runs.c.token + 1),",
        becomes="token=runs.c.token + 1,",
        tests=CANCELLING,
    ),
    Guard(
        name="the lease is kept while a call is under way",
        file="ledger/closing.py",
        text="lease_until=case((under_way, runs.c.lease_until), else_=None),",
        becomes="lease_until=None,",
        tests=CANCELLING,
    ),
    Guard(
        name="what a late start made is closed",
        file="engine/starting.py",
        text="await desk.target(run).cancel(started.execution_id)",
        becomes="pass",
        tests=LATE_STARTS,
    ),
    Guard(
        name="what a late start made is remembered",
        file="engine/starting.py",
        text="await desk.ledger.run(record_stray, run.id, **made)",
        becomes="pass",
        tests=LATE_STARTS,
    ),
    Guard(
        name="a start may still arrive",
        file="engine/closing.py",
        text="if execution_id is None and await _may_still_arrive(desk, run):",
        becomes="if execution_id == _may_still_arrive:",
        tests=LATE_STARTS,
    ),
    Guard(
        name="an own lost start is no stranger",
        file="engine/starting.py",
        text="if run.posts > 0 and _in_progress(trouble):",
        becomes="if run.posts < 0:",
        tests=LATE_STARTS,
    ),
    Guard(
        name="a refused start has made nothing",
        file="engine/starting.py",
        text="run(take_post_back, run.id, run.token, before=run.before, posts=run.posts)",
        becomes="run(take_post_back, run.id, run.token, before=run.before, posts=run.posts + 1)",
        tests=LATE_STARTS,
    ),
    Guard(
        name="a number of pages that changes is told",
        file="sources/pagination/page_number.py",
        text="if first is None or pages is None or first == pages:",
        becomes="if True:",
        tests=("unit/test_sources_pagination.py",),
    ),
    Guard(
        name="the pages of one read are compared",
        file="engine/paging.py",
        text="page.moved or changed_total(self.total, page.total)",
        becomes="page.moved",
        tests=READING,
    ),
)
