"""What becomes of a chunk or a step: every branch of every answer is a row of a table."""

from typing import get_args

import pytest

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
from assetferry.engine.decisions import (
    BISECTIONS,
    LONGEST_WAIT_S,
    Again,
    AskStatus,
    Divide,
    Finished,
    GiveUp,
    Hold,
    Next,
    Over,
    SetAside,
    after_answer,
    after_error,
    after_refusal,
    after_trouble,
)
from assetferry.errors import Fatal, FerryError, NeedsPerson, RetryLater

NOW = 1_000_000.0
BACKOFF = Backoff(max_attempts=3, chance=lambda: 0.5)
"""Without jitter: 1 s, 2 s, 4 s."""

BUSY = Unavailable(reason="connection refused")
ODD = Unexpected(status=302, reason="a redirect")
BAD = Refused(reason="Bad value")


def again(seconds: float, code: str, *, counted: bool = True, message: str = "") -> Again:
    return Again(due_at=NOW + seconds, counted=counted, code=code, message=message)


def asked_to_wait(seconds: float, message: str = "Assets asks to wait.") -> Again:
    return again(seconds, "throttled", counted=False, message=message)


TROUBLES: list[tuple[str, Trouble, int, Again | GiveUp]] = [
    ("429 without a time", Throttled(until=None), 0, asked_to_wait(1)),
    ("429 with a time", Throttled(until=NOW + 60), 0, asked_to_wait(60)),
    ("429 whose time is past", Throttled(until=NOW - 60), 0, asked_to_wait(1)),
    ("429 sooner than the pause", Throttled(until=NOW + 1), 2, asked_to_wait(4)),
    ("429 after the last attempt", Throttled(until=NOW + 9999), 99, asked_to_wait(9999)),
    (
        "429 for exactly the longest wait",
        Throttled(until=NOW + LONGEST_WAIT_S),
        0,
        asked_to_wait(LONGEST_WAIT_S),
    ),
    ("5xx", BUSY, 0, again(1, "assets_unavailable", message="connection refused")),
    ("5xx again", BUSY, 1, again(2, "assets_unavailable", message="connection refused")),
    (
        "5xx for the last time",
        BUSY,
        2,
        GiveUp(code="assets_unavailable", message="connection refused (after 3 attempts)"),
    ),
    ("an odd answer", ODD, 0, again(1, "assets_unexpected", message="a redirect")),
    (
        "an odd answer for the last time",
        ODD,
        2,
        GiveUp(code="assets_unexpected", message="a redirect (after 3 attempts)"),
    ),
    (
        "409 with a code",
        Conflict(error_code="MISSING_MAPPING", reason="No mapping"),
        0,
        GiveUp(code="missing_mapping", message="No mapping"),
    ),
    (
        "409 without a code",
        Conflict(error_code=None, reason="No"),
        0,
        GiveUp(code="conflict", message="No"),
    ),
    ("404", Missing(reason="Gone"), 0, GiveUp(code="missing", message="Gone")),
    ("400", BAD, 0, GiveUp(code="refused", message="Bad value")),
    (
        "413",
        TooLarge(),
        0,
        GiveUp(code="too_large", message="Assets takes no request as large as this."),
    ),
]


@pytest.mark.parametrize(
    ("trouble", "attempts", "expected"),
    [row[1:] for row in TROUBLES],
    ids=[row[0] for row in TROUBLES],
)
def test_a_step_after_trouble(trouble: Trouble, attempts: int, expected: Again | GiveUp) -> None:
    """Each answer means what its row says, whatever the call was."""
    assert after_trouble(trouble, attempts=attempts, now=NOW, backoff=BACKOFF) == expected


def test_the_table_has_every_trouble() -> None:
    """A kind of answer that is added needs its row; 401 and very long waits have their own."""
    assert {type(row[1]) for row in TROUBLES} | {Unauthorized} == set(get_args(Trouble))


def test_a_refused_credential_holds() -> None:
    """401 and 403 wait for a person, however many attempts are left."""
    decided = after_trouble(Unauthorized(reason="401"), attempts=0, now=NOW, backoff=BACKOFF)
    assert isinstance(decided, Hold)
    assert (decided.code, decided.reason) == ("unauthorized", "401")
    assert "then resume" in decided.cure


def test_a_wait_of_more_than_a_day_holds() -> None:
    """A person has to agree to a wait that is longer than LONGEST_WAIT_S."""
    until = NOW + 48 * 3600
    decided = after_trouble(Throttled(until=until), attempts=0, now=NOW, backoff=BACKOFF)
    assert isinstance(decided, Hold)
    said = "Assets asks to wait for 48 hours, until 1970-01-14 13:46 UTC."
    assert (decided.code, decided.reason) == ("long_wait", said)
    for_ever = after_trouble(Throttled(until=1e300), attempts=0, now=NOW, backoff=BACKOFF)
    assert isinstance(for_ever, Hold), "no calendar goes so far"


ANSWERS: list[tuple[str, Accepted | Trouble, int, Next]] = [
    ("accepted", Accepted(), 10, Finished()),
    ("413 with several entries", TooLarge(), 2, Divide(refused=False)),
    (
        "413 with one entry",
        TooLarge(),
        1,
        GiveUp(
            code="entry_too_large",
            message="Assets takes no chunk as large as this one entry. Map less of the record.",
        ),
    ),
    ("400 with several entries", BAD, 2, AskStatus(BAD)),
    ("400 with one entry", BAD, 1, AskStatus(BAD)),
    ("5xx", BUSY, 10, again(1, "assets_unavailable", message="connection refused")),
    ("404", Missing(reason="Gone"), 10, GiveUp(code="missing", message="Gone")),
]


@pytest.mark.parametrize(
    ("answer", "entries", "expected"),
    [row[1:] for row in ANSWERS],
    ids=[row[0] for row in ANSWERS],
)
def test_a_chunk_after_an_answer(answer: Accepted | Trouble, entries: int, expected: Next) -> None:
    """Data has answers of its own: too large is halved, refused is looked into."""
    decided = after_answer(answer, entries=entries, attempts=0, now=NOW, backoff=BACKOFF)
    assert decided == expected


@pytest.mark.parametrize("state", ["PROCESSING", "DONE", "CANCELLED"])
@pytest.mark.parametrize("entries", [1, 2])
def test_a_refusal_by_a_closed_execution_ends_the_run(state: ExecutionState, entries: int) -> None:
    """400 because the execution is closed says nothing about the entries: none is set aside."""
    decided = after_refusal(
        BAD, state=state, entries=entries, accepted_before=True, bisections=BISECTIONS
    )
    assert isinstance(decided, Over)
    how = "cancelled" if state == "CANCELLED" else "completed"
    assert decided.code == f"{how}_in_assets"
    assert f"{how} " in decided.reason


def refusal(
    *, entries: int = 1, accepted_before: bool = True, bisections: int = 0
) -> Again | Divide | SetAside | Hold | Over:
    return after_refusal(
        BAD,
        state="INGESTING",
        entries=entries,
        accepted_before=accepted_before,
        bisections=bisections,
    )


def test_a_refused_chunk_is_bisected_down_to_one_entry() -> None:
    """Halves are sent while there are several entries; the last one is set aside."""
    assert refusal(entries=2) == Divide(refused=True)
    assert refusal(entries=2, accepted_before=False) == Divide(refused=True)
    assert refusal(entries=1) == SetAside("Bad value")
    assert refusal(bisections=BISECTIONS - 1) == SetAside("Bad value")


def test_a_first_entry_that_is_refused_holds() -> None:
    """Where Assets has accepted nothing of a type, the mapping is more likely wrong."""
    decided = refusal(accepted_before=False)
    assert isinstance(decided, Hold)
    assert decided.code == "nothing_accepted"
    assert "Bad value" in decided.reason


@pytest.mark.parametrize("entries", [1, 2])
def test_too_many_refusals_hold(entries: int) -> None:
    """A run spends no more than BISECTIONS requests on finding bad entries."""
    decided = refusal(entries=entries, bisections=BISECTIONS)
    assert isinstance(decided, Hold)
    assert decided.code == "too_many_refused"
    assert str(BISECTIONS) in decided.reason


def test_a_read_that_may_work_later_is_counted() -> None:
    """A failed read goes again after the pause, up to max_attempts."""
    error = RetryLater("down")
    decided = after_error(error, attempts=1, now=NOW, backoff=BACKOFF)
    assert decided == again(2, "retry_later", message="down")
    last = after_error(error, attempts=2, now=NOW, backoff=BACKOFF)
    assert last == GiveUp(code="retry_later", message="down (after 3 attempts)")


def test_a_source_that_asks_to_wait_is_not_counted() -> None:
    """Retry-After of a source is kept in full; more than a day is for a person."""
    error = RetryLater("slow down", until=NOW + 60)
    decided = after_error(error, attempts=99, now=NOW, backoff=Backoff(3, chance=lambda: 0.0))
    assert isinstance(decided, Again)
    assert not decided.counted
    assert decided.due_at >= NOW + 60
    soon = after_error(error, attempts=0, now=NOW, backoff=BACKOFF)
    assert soon == asked_to_wait(60, "slow down")
    long = after_error(RetryLater("", until=NOW + 90_000), attempts=0, now=NOW, backoff=BACKOFF)
    assert isinstance(long, Hold)
    assert long.reason == "The source asks to wait for 25 hours, until 1970-01-13 14:46 UTC."


def test_an_error_that_needs_a_person_holds() -> None:
    """Credentials of a source wait for a person, with the error's own code and words."""
    decided = after_error(NeedsPerson("Set it."), attempts=0, now=NOW, backoff=BACKOFF)
    assert isinstance(decided, Hold)
    assert (decided.code, decided.reason) == ("needs_person", "Set it.")
    assert "--definition FILE" in decided.cure, "a held run works with the text that it began with"


@pytest.mark.parametrize("error", [Fatal("no"), FerryError("no")])
def test_an_error_that_would_repeat_itself_gives_up(error: FerryError) -> None:
    """Everything else is not tried again."""
    decided = after_error(error, attempts=0, now=NOW, backoff=BACKOFF)
    assert decided == GiveUp(code=error.code, message="no")
