"""A progress bar on a terminal."""

import time

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from assetferry.cli.output import duration
from assetferry.cli.progress import what
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums

__all__ = ["Live"]


class Live:
    """Records, objects, chunks, rate and time left in one line that stays in its place."""

    every_s = 0.25

    def __init__(self) -> None:
        """Start the bar."""
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Starting", total=None, told="")
        self._began: tuple[float, int] | None = None
        self._bar.start()

    def update(self, run: Run, sums: Sums) -> None:
        """Move the bar."""
        ingesting = run.state is RunState.INGESTING
        total = sums.records_total if ingesting else None
        self._bar.update(
            self._task,
            description=what(run, sums),
            total=total,
            completed=sums.records_read,
            told=self._told(sums, ingesting=ingesting),
        )

    def say(self, text: str) -> None:
        """Print a sentence above the bar."""
        self._bar.console.print(text, highlight=False, markup=False)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def _told(self, sums: Sums, *, ingesting: bool) -> str:
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
