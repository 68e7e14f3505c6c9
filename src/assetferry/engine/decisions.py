"""What becomes of a chunk or a run, decided from an answer alone.

Every function here is pure; each branch is a row of a table in the tests. The classification
per call is drawn in docs/answers.md.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from assetferry.assets.answers import (
    Accepted,
    Conflict,
    ExecutionState,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.engine.backoff import Backoff
from assetferry.errors import FerryError, NeedsPerson, RetryLater

__all__ = [
    "MEND",
    "MEND_OR_ANEW",
    "Again",
    "AskStatus",
    "Divide",
    "Finished",
    "GiveUp",
    "Hold",
    "Next",
    "Over",
    "SetAside",
    "after_answer",
    "after_error",
    "after_refusal",
    "after_trouble",
    "ended_there",
]

LONGEST_WAIT_S = 24 * 3600.0
"""A wait that somebody asked for and that is longer needs a person to agree to it."""
_FARTHEST = 32_503_680_000.0
"""The year 3000: a wait may be longer than a calendar."""
BISECTIONS = 1000
"""How many requests a run may spend on finding entries that Assets refuses."""


@dataclass(frozen=True, slots=True)
class Finished:
    """It worked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """Try once more, not before ``due_at`` (epoch seconds)."""

    due_at: float
    counted: bool
    """False where the other side asked for the wait: that is no failed attempt."""
    smaller: bool = False
    """Ask for less than before: what was asked for took too long."""
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Divide:
    """Send the halves instead; ``refused`` where Assets refuses something inside."""

    refused: bool


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Refused: ask whether the execution still takes data before making anything of it."""

    refused: Refused


@dataclass(frozen=True, slots=True)
class SetAside:
    """Quarantine the one entry of this chunk."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Only a person can help; nothing is lost meanwhile."""

    code: str
    reason: str
    cure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """It will not work: hold or end the run, as the definition says for such failures."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """The execution has been ended by somebody else: the run ends too."""

    code: str
    reason: str


Next: TypeAlias = Finished | Again | Divide | AskStatus | Hold | GiveUp
Verdict: TypeAlias = Again | Divide | SetAside | Hold | Over

MEND = "Mend that, then resume; where the definition had to change, resume with --definition FILE."
"""The cure of what a person can set right without beginning anew."""
MEND_OR_ANEW = (
    "Mend the cause, then resume: the run goes on where it stands. Where the definition had to "
    "change, resume with --definition FILE; where that is refused, run it with --new."
)
_RENEW_CREDENTIAL = (
    "Put a valid container token of this import source where the definition's [assets] token "
    "points to, then resume."
)


def after_answer(
    answer: Accepted | Trouble, *, entries: int, attempts: int, now: float, backoff: Backoff
) -> Next:
    """Decide after ``POST data`` with a chunk of so many entries."""
    match answer:
        case Accepted():
            return Finished()
        case TooLarge() if entries > 1:
            return Divide(refused=False)
        case TooLarge():
            return GiveUp(
                code="entry_too_large",
                message="Assets takes no chunk as large as this one entry. Map less of the record.",
            )
        case Refused() as refused:
            return AskStatus(refused)
        case _:
            return after_trouble(answer, attempts=attempts, now=now, backoff=backoff)


def after_refusal(
    refused: Refused,
    *,
    state: ExecutionState,
    entries: int,
    accepted_before: bool,
    bisections: int,
) -> Verdict:
    """Decide after a 400 to data, once the execution's status is known.

    A closed execution answers 400 too, and its chunks are not bad. ``accepted_before`` tells
    whether Assets has ever taken an entry of these object types in this run: if not, the
    mapping is more likely to be wrong than the data.
    """
    if state != "INGESTING":
        return ended_there(state)
    if bisections >= BISECTIONS:
        return Hold(
            code="too_many_refused",
            reason=f"Assets refused data {bisections} times: {refused.reason}",
            cure="Compare the mapping with the attributes in Assets (`assetferry mapping show`), "
            "then resume.",
        )
    if entries > 1:
        return Divide(refused=True)
    if not accepted_before:
        return Hold(
            code="nothing_accepted",
            reason=f"Assets has accepted no entry of this object type yet: {refused.reason}",
            cure="Compare the mapping with the attributes in Assets (`assetferry mapping show`), "
            "then resume.",
        )
    return SetAside(refused.reason)


def ended_there(state: ExecutionState) -> Over:
    """Say of an execution that this run has not ended what somebody else did to it in Assets."""
    if state == "CANCELLED":
        return Over(
            code="cancelled_in_assets",
            reason="Somebody cancelled the execution in Assets. Start a new run.",
        )
    return Over(
        code="completed_in_assets",
        reason=f"The execution is {state} in Assets: somebody else completed it there, before "
        "this run had sent everything. Start a new run.",
    )


def after_trouble(
    trouble: Trouble, *, attempts: int, now: float, backoff: Backoff
) -> Again | Hold | GiveUp:
    """Decide after an answer that means the same for every call."""
    match trouble:
        case Throttled(until=until, reason=reason):
            return _asked_to_wait(
                until, "Assets", reason, attempts=attempts, now=now, backoff=backoff
            )
        case Unavailable(reason=reason):
            return _failed("assets_unavailable", reason, attempts=attempts, now=now, using=backoff)
        case Unexpected(reason=reason):
            # A gateway's page, as a rule, and gone at the next try.
            return _failed("assets_unexpected", reason, attempts=attempts, now=now, using=backoff)
        case Unauthorized(reason=reason):
            return Hold(code="unauthorized", reason=reason, cure=_RENEW_CREDENTIAL)
        case Conflict(error_code=error_code, reason=reason):
            return GiveUp(code=(error_code or "conflict").lower(), message=reason)
        case Missing(reason=reason):
            return GiveUp(code="missing", message=reason)
        case Refused(reason=reason):
            return GiveUp(code="refused", message=reason)
        case TooLarge():
            return GiveUp(code="too_large", message="Assets takes no request as large as this.")


def after_error(
    error: FerryError, *, attempts: int, now: float, backoff: Backoff
) -> Again | Hold | GiveUp:
    """Decide after a read that failed."""
    match error:
        case RetryLater(until=float() as until):
            return _asked_to_wait(
                until, "The source", str(error), attempts=attempts, now=now, backoff=backoff
            )
        case RetryLater():
            decided = _failed(error.code, str(error), attempts=attempts, now=now, using=backoff)
            smaller = isinstance(decided, Again) and error.took_too_long
            return replace(decided, smaller=True) if smaller else decided
        case NeedsPerson():
            return Hold(code=error.code, reason=str(error), cure=MEND)
        case _:
            return GiveUp(code=error.code, message=str(error))


def _asked_to_wait(
    until: float | None, who: str, message: str, *, attempts: int, now: float, backoff: Backoff
) -> Again | Hold:
    if until is not None and until - now > LONGEST_WAIT_S:
        then = datetime.fromtimestamp(min(until, _FARTHEST), UTC).strftime("%Y-%m-%d %H:%M UTC")
        return Hold(
            code="long_wait",
            reason=f"{who} asks to wait for {(until - now) / 3600:.0f} hours, until {then}.",
            cure="Resume when that is over, or ask for a larger quota.",
        )
    # Never earlier than the server asked, however long.
    due_at = max(until or 0.0, now + backoff.pause(attempts))
    return Again(due_at=due_at, counted=False, code="throttled", message=message)


def _failed(
    code: str, message: str, *, attempts: int, now: float, using: Backoff
) -> Again | GiveUp:
    if using.exhausted(attempts):
        return GiveUp(code=code, message=f"{message} (after {attempts + 1} attempts)")
    due_at = now + using.pause(attempts)
    return Again(due_at=due_at, counted=True, code=code, message=message)
