"""What the ledger must hold, worked out from what was asked of it and from nothing else.

The model hears of every transition with its arguments and its outcome. It says whether the
ledger was right to carry it out or to refuse it, and how every row must look afterwards.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetferry.ledger.chunk import ChunkKey, Read, Send
from assetferry.ledger.claim import LEASE_S, Ended, Held, Step, Wait, Work
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.leasing import ChunkLease, Lease
from assetferry.ledger.run import Run
from assetferry.ledger.staged import Part, Staged
from assetferry.ledger.states import ENDED, SETTLED, ChunkState, RunState

__all__ = ["Model", "Row"]

DUE, STAGED, SUBMITTED = ChunkState.DUE, ChunkState.STAGED, ChunkState.SUBMITTED
STOPPABLE = (RunState.STARTING, RunState.INGESTING, RunState.COMPLETING)
STEPS = frozenset(
    {
        *("identify", "note_post", "record_execution", "reported", "record_result"),
        *("take_post_back", "postpone", "retry_step", "open_streams", "completed", "end_run"),
        *("close_step", "hold_step", "confirm", "still_leased", "rechecked", "came_too_late"),
    }
)
"""Transitions of a run's step: right only under the token of its lease."""
KEEPING = frozenset(
    {
        *("identify", "note_post", "record_execution", "reported", "record_result", "confirm"),
        *("still_leased", "take_post_back"),
    }
)
"""Of them, those after which the step goes on."""
EXPECTED = {
    "identify": {RunState.STARTING},
    "note_post": {RunState.STARTING},
    # A start may have been under way when the run was turned towards its end.
    "record_execution": {RunState.STARTING, RunState.CLOSING},
    "open_streams": {RunState.STARTING},
    "rechecked": {RunState.INGESTING},
    # A completing call may have been under way when the run was turned towards its end.
    "completed": {RunState.COMPLETING, RunState.CLOSING},
    "came_too_late": {RunState.CLOSING},
    "reported": {RunState.CLOSING},
}


@dataclass
class Row:
    """A row that can be leased: one token, at most one holder."""

    state: Any
    tail: bool = False
    body: bytes | None = None
    token: int = 0
    until: float | None = None
    holder: str | None = None
    due_at: float = 0.0
    attempts: int = 0
    losses: int = 0

    def free(self, now: float) -> bool:
        return self.until is None or self.until <= now

    def ready(self, now: float) -> bool:
        return self.free(now) and self.due_at <= now

    def taken(self, worker: str, now: float) -> None:
        self.token += 1
        self.losses += self.until is not None
        self.until, self.holder = now + LEASE_S, worker

    def given_back(self) -> None:
        self.until = None


@dataclass
class Model:
    """One run with its rows."""

    reads: int
    sends: int
    run: Row = field(default_factory=lambda: Row(RunState.STARTING))
    held: bool = False
    recheck: bool = False
    """Whether it must be asked whether Assets still takes anything."""
    asked: bool = False
    """Whether Assets was asked for an execution, and has not been heard to have made one."""
    intended: RunState = RunState.FAILED
    rows: dict[ChunkKey, Row] = field(default_factory=dict[ChunkKey, Row])
    exhausted: dict[str, bool] = field(default_factory=dict[str, bool])
    sums: Counter[str] = field(default_factory=Counter[str])
    completions: int = 0

    def all_in(self) -> bool:
        """Tell whether nothing is left to read or to send."""
        settled = all(row.state in SETTLED for row in self.rows.values())
        return settled and all(self.exhausted.values())

    def saw(  # noqa: C901, PLR0912 # a case for each transition
        self, name: str, given: Mapping[str, Any], outcome: Any, now: float
    ) -> None:
        """Judge a transition by its outcome, and do to the model what it must have done."""
        refused = isinstance(outcome, LeaseLost)
        if name in STEPS:
            self._step(name, given, now, refused=refused)
            return
        match name:
            case "claim":
                self._claimed(given["worker"], outcome, now)
            case "stage":
                self._staged(given["read"], given["staged"], outcome, now, refused=refused)
            case "submitted" | "split" | "quarantine_chunk":
                self._sent(name, given, now, refused=refused)
            case "retry_chunk" | "fail_chunk" | "hold_at" | "give_up":
                self._troubled(name, given, now, refused=refused)
            case "release":
                self._released(given["lease"])
            case "renew":
                self._renewed(given["leases"], outcome, now)
            case "bury" | "leave":
                for row in (self.run, *self.rows.values()):
                    if row.holder == given["worker"] and row.until is not None:
                        row.losses += name == "bury"
                        row.given_back()
            case "hold":
                assert outcome == (not self._ended and not self.held), "hold"
                self.held = self.held or outcome
            case "resume":
                assert outcome == (self.held and not self._ended), "resume"
                self._resumed(outcome, now)
            case "begin_closing":
                assert outcome == (self.run.state in STOPPABLE), "begin_closing"
                self._close(now, given["end"])
            case "still_ingesting":
                assert refused == (self.run.state is not RunState.INGESTING), name
            case "end_unreached":
                assert outcome == (self.run.state is RunState.CLOSING), name
                if outcome:
                    self._end(self.intended)
            case "keep_time":
                self._moved(outcome)
            case "begin_completion":
                self._completes(given.get("token"), outcome)
            case _:
                pass

    def _moved(self, by: float) -> None:
        """The clock was set: what waits keeps its wait, and who holds a lease his lease."""
        waiting = [row for row in self.rows.values() if row.state in (DUE, STAGED)]
        for row in (self.run, *waiting):
            row.due_at += by
            row.until = None if row.until is None else row.until + by

    @property
    def _ended(self) -> bool:
        return self.run.state in ENDED

    def _close(self, now: float, end: RunState = RunState.FAILED) -> None:
        if self.run.state in STOPPABLE:
            self._overtake(now)
            self.run.state, self.held, self.intended = RunState.CLOSING, False, end

    def _overtake(self, now: float) -> None:
        """Let a step under way decide nothing any more, unless its call makes something."""
        starts = self.run.state is RunState.STARTING and self.asked
        if self.run.free(now) or not (starts or self.run.state is RunState.COMPLETING):
            self.run.token += 1
            self.run.given_back()

    def _end(self, end: RunState) -> None:
        self.run.state, self.held = end, False
        self.run.given_back()
        for row in self.rows.values():
            row.body = None

    def _completes(self, token: int | None, outcome: bool) -> None:  # noqa: FBT001 # as told
        right = self.run.state is RunState.INGESTING and self.all_in() and not self.held
        right = right and token in (None, self.run.token)
        assert outcome == right, f"completion began: {outcome}, all is in: {right}"
        if outcome:
            self.run.state = RunState.COMPLETING
            self.run.given_back()
            self.completions += 1

    def _resumed(self, outcome: bool, now: float) -> None:  # noqa: FBT001 # ditto
        self.held = self.held and not outcome
        if outcome:
            self._overtake(now)
            self.recheck = self.run.state is RunState.INGESTING
        for row in self.rows.values() if outcome else ():
            if row.state in (DUE, STAGED) and (row.attempts or row.losses):
                row.attempts, row.losses, row.due_at = 0, 0, now

    def _claimed(self, worker: str, work: Work, now: float) -> None:
        ingesting = self.run.state is RunState.INGESTING and not self.held and not self.recheck
        match work:
            case Read(key=key, token=token):
                row = self.rows[key]
                assert ingesting, "a row was given out of a run that does not ingest"
                assert row.state is DUE, (key, row)
                assert row.ready(now), (key, row)
                assert self._waiting(STAGED) < 2 * self.sends, "read ahead of what is sent"
                assert self._working(DUE, now) < self.reads, "more reads than allowed"
                row.taken(worker, now)
                assert (token, work.tail) == (row.token, row.tail)
            case Send(key=key, token=token):
                row = self.rows[key]
                assert ingesting, "a row was given out of a run that does not ingest"
                assert row.state is STAGED, (key, row)
                assert row.ready(now), (key, row)
                assert self._working(STAGED, now) < self.sends, "more sends than allowed"
                row.taken(worker, now)
                assert (token, work.body) == (row.token, row.body)
            case Step(run=run):
                assert not self._ended
                assert run.state == self.run.state
                assert not self.held or self.run.state is RunState.PROCESSING, "held, but stepped"
                assert not ingesting or self.all_in(), "judged before all was in"
                assert self.run.free(now), "two workers take one step"
                self.run.taken(worker, now)
                assert run.token == self.run.token
            case Wait():
                assert not self._ended
                assert self.run.state is not RunState.INGESTING or not self._to_do(now)
            case Held():
                assert self.held
            case Ended():
                assert self._ended
            case _:
                raise AssertionError(f"nobody gave the run another text: {work}")

    def _to_do(self, now: float) -> list[ChunkKey]:
        """Name the rows that a claim must not leave."""
        if self.held or self.recheck:
            return []
        ready = [(key, row) for key, row in self.rows.items() if row.ready(now)]
        sending = self._working(STAGED, now) < self.sends
        reading = self._working(DUE, now) < self.reads and self._waiting(STAGED) < 2 * self.sends
        return [
            key
            for key, row in ready
            if (row.state is STAGED and sending) or (row.state is DUE and reading)
        ]

    def _waiting(self, state: ChunkState) -> int:
        return sum(row.state is state for row in self.rows.values())

    def _working(self, state: ChunkState, now: float) -> int:
        return sum(row.state is state and not row.free(now) for row in self.rows.values())

    def _staged(
        self, read: Read, staged: Staged, outcome: Any, now: float, *, refused: bool
    ) -> None:
        row = self.rows[read.key]
        right = self.run.state is RunState.INGESTING and row.state is DUE
        right = right and row.token == read.token
        assert refused != right, f"stage refused: {refused}, its lease stands: {right}"
        if refused:
            return
        goes_on = isinstance(outcome, Send)
        alone = staged.rest is None and len(staged.parts) < 2
        assert not goes_on or self._working(STAGED, now) < self.sends
        row.state = (STAGED if staged.parts else SUBMITTED) if alone else ChunkState.SPLIT
        row.body = staged.parts[0].body if row.state is STAGED else None
        row.attempts = row.losses = 0
        row.due_at = now
        if not goes_on:
            row.given_back()
        if not alone:
            self._parts(read.key, staged.parts, now)
        if staged.rest is not None:
            self.rows[read.key.child(len(staged.parts))] = Row(DUE, tail=read.tail, due_at=now)
        for index in range(1, len(staged.next) + 1):
            tail = index == len(staged.next)
            self.rows[read.key.after(index)] = Row(DUE, tail=tail, due_at=now)
        if read.tail and not staged.next and staged.rest is None:
            self.exhausted[read.key.stream] = True
        self.sums["records_read"] += staged.records_read
        self.sums["chunks_staged"] += len(staged.parts)

    def _parts(self, key: ChunkKey, parts: Any, now: float) -> None:
        for index, part in enumerate(parts):
            made: Part = part
            assert key.child(index) not in self.rows
            self.rows[key.child(index)] = Row(STAGED, body=made.body, due_at=now)

    def _sent(self, name: str, given: Mapping[str, Any], now: float, *, refused: bool) -> None:
        send: Send = given["send"]
        row = self.rows[send.key]
        right = row.state is STAGED and row.token == send.token
        if name == "split":
            # New rows of a run that takes no more would keep their bytes for ever.
            right = right and self.run.state is RunState.INGESTING
        assert refused != right, f"{name} refused: {refused}, its lease stands: {right}"
        if refused:
            return
        row.given_back()
        row.body = None
        if name == "split":
            row.state = ChunkState.SPLIT
            self._parts(send.key, given["parts"], now)
            self.sums["chunks_staged"] += len(given["parts"]) - 1
        else:
            row.state = SUBMITTED
            self.sums["chunks_submitted"] += 1
            if name == "submitted":
                self.sums["entries_submitted"] += sum(send.entries.values())

    def _troubled(self, name: str, given: Mapping[str, Any], now: float, *, refused: bool) -> None:
        work: Read | Send = given["work"]
        row = self.rows[work.key]
        right = row.state in (DUE, STAGED) and row.token == work.token
        assert refused != right, f"{name} refused: {refused}, its lease stands: {right}"
        if refused:
            return
        row.given_back()
        row.token += name in {"retry_chunk", "hold_at"}
        match name:
            case "retry_chunk":
                row.due_at = given["due_at"]
                row.attempts += int(given["counted"])
            case "hold_at":
                row.due_at = now
                self.held = self.held or self.run.state not in {RunState.CLOSING, *ENDED}
            case _:
                row.state = ChunkState.FAILED
                if name == "give_up":
                    self._close(now)

    def _released(self, lease: Lease) -> None:
        row = self.rows[lease.key] if isinstance(lease, ChunkLease) else self.run
        if row.token == lease.token:
            row.given_back()

    def _renewed(self, leases: list[Lease], lost: list[Lease], now: float) -> None:
        for lease in leases:
            row = self.rows[lease.key] if isinstance(lease, ChunkLease) else self.run
            stands = row.token == lease.token and row.until is not None
            assert (lease in lost) != stands, f"renewed: {lease not in lost}, stands: {stands}"
            if stands:
                row.until = now + LEASE_S

    def _step(  # noqa: C901, PLR0912 # ditto
        self, name: str, given: Mapping[str, Any], now: float, *, refused: bool
    ) -> None:
        of = given["run"]
        right = self.run.token == (of.token if isinstance(of, Run) else given["token"])
        expected = {given["expect"]} if "expect" in given else EXPECTED.get(name)
        if name == "still_leased":
            expected = {of.state}
        right = right and (expected is None or self.run.state in expected)
        assert refused != right, f"{name} refused: {refused}, its lease stands: {right}"
        if refused:
            return
        late = name == "record_execution" and self.run.state is RunState.CLOSING
        if late or name not in KEEPING:
            self.run.given_back()
        match name:
            case "note_post" | "take_post_back":
                self.asked = given["posts"] > 0
            case "record_execution":
                self.asked = False
            case "open_streams":
                self.run.state = RunState.INGESTING
                self.exhausted = dict.fromkeys(given["names"], False)
                for stream in given["names"]:
                    self.rows[ChunkKey(given["run"], stream, 0, "")] = Row(
                        DUE, tail=True, due_at=now
                    )
            case "completed" | "came_too_late":
                self.run.state = RunState.PROCESSING
            case "rechecked":
                self.recheck = False
            case "hold_step":
                self.held = self.held or self.run.state is of.state
            case "close_step":
                self._close(now)
            case "end_run":
                self._end(given["end"])
            case "postpone" | "retry_step":
                self.run.due_at = given["due_at"]
            case _:
                pass
