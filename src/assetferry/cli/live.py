"""A progress bar on a terminal."""

import time
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from assetferry.cli.output import duration
from assetferry.cli.progress import what
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums

__all__ = ["Live"]


class _BarAndNumbers(Bar):
    """A bar with a line of numbers under it: both together are too wide for 80 columns."""

    numbers = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        yield Text(self.numbers, style="dim", no_wrap=True, overflow="ellipsis")


class Live:
    """Records, objects, chunks, rate and time left, in two lines that stay in their place."""

    every_s = 0.25

    def __init__(self) -> None:
        """Start the bar."""
        self._bar = _BarAndNumbers(
            TextColumn("{task.description}", markup=False),  # it may quote an answer
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Starting", total=None)
        self._began: tuple[float, int] | None = None
        self._bar.start()

    def update(self, run: Run, sums: Sums) -> None:
        """Move the bar; where no end is known it only shows that something goes on."""
        ingesting = run.state is RunState.INGESTING
        self._bar.tasks[0].total = sums.records_total if ingesting else None
        self._bar.numbers = self._numbers(sums, ingesting=ingesting)
        self._bar.update(self._task, description=what(run, sums), completed=sums.records_read)

    def say(self, text: str) -> None:
        """Print a sentence above the bar."""
        self._bar.console.print(text, highlight=False, markup=False, emoji=False)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def _numbers(self, sums: Sums, *, ingesting: bool) -> str:
        chunks = sum(stream.chunks_submitted for stream in sums.streams)
        words = [
            f"{sums.records_read:,} records",
            f"{sums.entries_submitted:,} objects",
            f"{chunks:,} chunks",
        ]
        rate = self._rate(sums.records_read)
        if ingesting and rate:
            words.append(f"{rate:,.0f}/s")
            if sums.records_total:
                left = (sums.records_total - sums.records_read) / rate
                words.append(f"{duration(max(0.0, left))} left")
        return " · ".join(words)

    def _rate(self, records: int) -> float | None:
        now = time.monotonic()
        if self._began is None:
            self._began = (now, records)
        began, before = self._began
        return (records - before) / (now - began) if now - began > 1 else None
