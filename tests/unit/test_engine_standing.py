"""R11: stalled is told from waiting."""

from typing import Any

import pytest

from assetferry.engine.report import how_it_stands
from assetferry.engine.standing import Ended, Held, Stalled, Standing, Waiting, Working, standing
from assetferry.ledger.doors import Closed
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import ChunkSums, StreamSums, Sums

NOW = 100_000.0
LONG = 2000.0
"""More than a run may go without progress."""


def run(state: RunState = RunState.INGESTING, **values: Any) -> Run:
    plain: dict[str, Any] = dict.fromkeys(Run.__dataclass_fields__)
    plain |= {
        "id": "r",
        "origin": "hardware.toml",
        "state": state,
        "created_at": NOW - 10 * LONG,
        "due_at": NOW - LONG,
        "stalled_after": 1200.0,
        "hold_for": 86400.0,
        "recheck": False,
        "owner": "host-1",
    }
    return Run(**(plain | values))


def sums(
    progressed: float = NOW, *, attended: bool = True, closed: Any = (), **chunks: Any
) -> Sums:
    numbers = dict.fromkeys(StreamSums.__dataclass_fields__, 0) | {"stream": "devices"}
    stream = StreamSums(**(numbers | {"progressed_at": progressed}))  # type: ignore[arg-type]
    none: dict[str, Any] = {"due": 1, "staged": 0, "failed": 0, "retried": 0, "last_error": None}
    none["next_due_at"] = NOW - LONG
    counted = ChunkSums(**(none | chunks))
    return Sums(
        streams=(stream,), types=(), chunks=counted, closed=closed, now=NOW, attended=attended
    )


PAUSE = Closed(host="inventory.example.com", until=NOW + LONG, reason="It asks to wait.")
RETRY: dict[str, Any] = {"last_error": "503", "next_due_at": NOW + 60}
STALE = NOW - LONG
NOBODY = "No process works on it; go on with: assetferry run hardware.toml"
SOMEBODY = (
    "A process has it (host-1) and does not come further: look at what it says, end it, and go on "
    "with: assetferry run hardware.toml"
)


@pytest.mark.parametrize(
    ("of", "summed", "expected"),
    [
        (run(RunState.DONE), sums(STALE), Ended()),
        (run(), sums(NOW - 60), Working()),
        (run(), sums(STALE), Stalled(STALE, SOMEBODY)),
        (run(), sums(STALE, attended=False), Stalled(STALE, NOBODY)),
        (run(), sums(NOW - 5, attended=False), Working()),
        (
            run(),
            sums(NOW - 60, attended=False),
            Waiting("a process to go on with it: assetferry run hardware.toml", None),
        ),
        # What somebody asked for is no stall, however long it takes.
        (run(), sums(STALE, closed=(PAUSE,)), Waiting("It asks to wait.", NOW + LONG)),
        (run(), sums(STALE, **RETRY), Waiting("503", NOW + 60)),
        # While other chunks are at work it does not wait; nor when the moment has passed.
        (run(), sums(NOW - 60, leased=1, **RETRY), Working()),
        (run(), sums(STALE, last_error="503", next_due_at=STALE), Stalled(STALE, SOMEBODY)),
        (run(held_since=NOW - LONG), sums(STALE), Held(NOW - LONG + 86400.0)),
        (run(RunState.PROCESSING, held_since=STALE), sums(STALE), Held(None)),
        (
            run(RunState.PROCESSING, due_at=NOW + 30),
            sums(STALE),
            Waiting("Assets applies what it was sent.", NOW + 30),
        ),
        # Nobody has looked at what Assets does for too long.
        (run(RunState.PROCESSING), sums(STALE, attended=False), Stalled(STALE, NOBODY)),
        (
            run(RunState.CLOSING, waits_for="401", due_at=NOW + 9),
            sums(STALE),
            Waiting("401", NOW + 9),
        ),
        (run(RunState.STARTING, waits_for="401"), sums(STALE), Stalled(STALE, SOMEBODY)),
        (run(RunState.STARTING, resumed_at=NOW - 5), sums(STALE), Working()),
        (run(recheck=True, waits_for="503", due_at=NOW + 9), sums(STALE), Waiting("503", NOW + 9)),
    ],
)
def test_r11_stalled_is_told_from_waiting(of: Run, summed: Sums, expected: Standing) -> None:
    """No progress for too long is STALLED, with a cure, unless a wait is known."""
    assert standing(of, summed) == expected


def test_r11_how_a_run_stands_is_told_with_its_cure() -> None:
    """The same for JSON, list and console: kind, for what, until when, since when, what to do."""
    assert how_it_stands(run(), sums(STALE)) == {
        "kind": "stalled",
        "for": None,
        "until": None,
        "since": STALE,
        "cure": SOMEBODY,
    }
    held = run(held_since=NOW, held_reason="401.", held_cure="Set it.")
    told = how_it_stands(held, sums())
    assert (told["kind"], told["for"], told["cure"]) == ("held", "401.", "Set it.")
    assert told["until"] == NOW + 86400.0
