"""Results go to stdout, everything else to stderr."""

import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

__all__ = ["clock_time", "duration", "echo_json", "let_go", "number", "say", "soon"]


def say(text: str | bytes) -> None:
    """Write to stderr. Where that cannot be written, what was going on goes on all the same."""
    with suppress(OSError):
        click.echo(text, err=True)


def let_go() -> None:
    """Drop what could not be written: Python would try once more at its end, and fail for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def echo_json(value: Any) -> None:
    """Print one JSON document, indented for people and safe for programs."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def clock_time(epoch: float) -> str:
    """Write an instant as local time with its zone's offset."""
    return datetime.fromtimestamp(epoch, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def soon(epoch: float) -> str:
    """Write an instant that is near: the time alone, where the day is today's."""
    day, time_of_day, _ = clock_time(epoch).split()
    return time_of_day if day == clock_time(time.time())[:10] else f"{day} {time_of_day}"


def duration(seconds: float) -> str:
    """Write a duration the way people say it."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 # seconds in a minute
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"  # noqa: PLR2004
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {whole % 60:02} s"


def number(value: int | None) -> str:
    """Write a number with thin groups; a dash where there is none."""
    return "-" if value is None else f"{value:,}"
