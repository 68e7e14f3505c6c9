"""Live progress on stderr, in the style that was asked for."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from assetferry.cli.output import say, soon
from assetferry.engine.report import told
from assetferry.engine.standing import Held, Stalled, Waiting, standing
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums

__all__ = ["STYLES", "Progress", "open_progress"]

STYLES = ("rich", "plain", "json", "none")


class Progress(Protocol):
    """Somebody who is told how far a run is."""

    every_s: float

    def update(self, run: Run, sums: Sums) -> None:
        """Show how far the run is."""
        ...

    def say(self, text: str) -> None:
        """Show one sentence."""
        ...

    def close(self) -> None:
        """Make room for the result."""
        ...


@contextmanager
def open_progress(style: str | None) -> Generator[Progress]:
    """Open the chosen style; without a choice, rich on a terminal, plain elsewhere."""
    chosen = style or ("rich" if sys.stderr.isatty() else "plain")
    progress = _made(chosen)
    try:
        yield progress
    finally:
        progress.close()


def _made(style: str) -> Progress:
    match style:
        case "rich":
            from assetferry.cli.live import Live  # noqa: PLC0415 # rich takes its time to import

            return Live()
        case "plain":
            return _Plain()
        case "json":
            return _Json()
        case _:
            return _None()


class _None:
    """Shows nothing."""

    every_s = 1.0

    def update(self, run: Run, sums: Sums) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class _Plain(_None):
    """A line now and then, for logs."""

    every_s = 2.0

    def __init__(self) -> None:
        self._last = ""

    def update(self, run: Run, sums: Sums) -> None:
        watched = run.state is RunState.PROCESSING
        if run.ended or (run.held and not watched):
            return  # the command ends, and says why
        line = f"{what(run, sums)}: {sums.records_read:,}"
        if sums.records_total is not None:
            line += f" of {sums.records_total:,}"
        line += f" records, {sums.entries_submitted:,} objects sent"
        if line != self._last:
            self.say(line)
        self._last = line

    def say(self, text: str) -> None:
        say(text)


class _Json(_None):
    """A JSON document a line, for programs."""

    def update(self, run: Run, sums: Sums) -> None:
        say(msgspec.json.encode(told(run, sums)))


_WORDS = {
    RunState.STARTING: "Starting",
    RunState.INGESTING: "Importing",
    RunState.COMPLETING: "Completing",
    RunState.PROCESSING: "Assets applies it",
    RunState.CLOSING: "Closing",
}


def what(run: Run, sums: Sums) -> str:
    """Say in a line what a run does, or what it waits for."""
    word = _WORDS.get(run.state, str(run.state).capitalize())
    match standing(run, sums):
        case Held():
            return f"{word}, held"
        case Stalled() as stalled:
            return f"{word}, {stalls(stalled)}"
        case Waiting() as waiting if run.state is not RunState.PROCESSING or run.waits_for:
            return f"{word}, {waits(waiting)}"
        case _:
            return word


def waits(waiting: Waiting) -> str:
    """Say what a run waits for and until when."""
    if waiting.until is None:
        return f"waits for {waiting.what}"
    return f"again at {soon(waiting.until)}: {waiting.what}"


def stalls(stalled: Stalled) -> str:
    """Say since when a run has not come further, and what to do."""
    return f"STALLED since {soon(stalled.since)}. {stalled.cure}"
