"""How a run's progress is told."""

import re
import time
from typing import Any

import pytest

from assetferry.cli.live import Live
from assetferry.cli.narration import show_end
from assetferry.cli.progress import open_progress, waits
from assetferry.engine.standing import Waiting
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import ChunkSums, StreamSums, Sums

NOW = 1_800_000_000.0


def run(state: RunState = RunState.INGESTING, **values: Any) -> Run:
    plain: dict[str, Any] = dict.fromkeys(Run.__dataclass_fields__)
    plain |= {"id": "r", "origin": "hardware.toml", "state": state, "created_at": NOW}
    plain |= {"due_at": NOW, "stalled_after": 1200.0, "hold_for": 86400.0}
    return Run(**(plain | values))


def sums(error: str | None = None, *, stream: str = "devices") -> Sums:
    numbers: dict[str, Any] = dict.fromkeys(StreamSums.__dataclass_fields__, 0)
    numbers |= {"stream": stream, "progressed_at": NOW}
    chunks = ChunkSums(due=1, staged=0, failed=0, retried=1, last_error=error, next_due_at=NOW + 60)
    return Sums(streams=(StreamSums(**numbers),), types=(), chunks=chunks, now=NOW, attended=True)


def test_what_an_answer_says_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """A wait quotes the answer that it comes from, which may look like rich's tags."""
    live = Live()
    try:
        live.update(run(), sums("It begins: [/b] [egress] :warning:"))
        live.say("[/b]")
    finally:
        live.close()
    assert "[/b]" in capsys.readouterr().err


def test_names_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """A source or an object type may be named as one likes."""
    show_end(run(RunState.DONE, ended_at=NOW), sums(stream="Servers [prod] :warning:"))
    assert "Servers [prod] :warning:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "told"), [(RunState.INGESTING, ""), (RunState.PROCESSING, "Assets applies it, held")]
)
def test_a_hold_is_told_once(
    capsys: pytest.CaptureFixture[str], state: RunState, told: str
) -> None:
    """The command's end says why; a run that is watched on says only that it is held."""
    held = run(state, held_since=NOW, held_reason="Too few.", held_cure="Look.")
    with open_progress("plain") as progress:
        progress.update(held, sums())
    assert capsys.readouterr().err.partition(":")[0] == told


@pytest.mark.parametrize(
    ("days", "told"),
    [(0, r"again at \d\d:\d\d:\d\d: "), (1, r"again at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: ")],
)
def test_a_wait_until_another_day_names_the_day(days: int, told: str) -> None:
    """A pause may last until tomorrow, and the time alone would be taken for today's."""
    assert re.match(told, waits(Waiting("It rests.", time.time() + days * 86400)))
