"""``assetferry schedule``: when Assets begins runs by itself."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from assetferry.assets.answers import Trouble
from assetferry.assets.schedules import Kept as Theirs
from assetferry.cli.exits import Exit
from assetferry.cli.failure import Stopped
from assetferry.cli.output import echo_json, say
from assetferry.cli.session import with_ledger
from assetferry.cli.troubles import code_of
from assetferry.definition.document import Definition
from assetferry.definition.load import load, read
from assetferry.ledger.triggers import triggers_of
from assetferry.recurrence import next_due
from assetferry.web.scheduling import NO_CLOCK, Scheduler, scheduling
from assetferry.web.slot import Kept

__all__ = ["command"]

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_SHOWN = 3
"""Times that are named."""

T = TypeVar("T")


@click.group("schedule")
def command() -> None:
    """Show, set or delete the schedule at which Assets begins runs.

    At its times Assets calls the web trigger of the definition, which `assetferry serve`
    answers. For by = "assetferry", a clock of our own, there is nothing yet.
    """


@command.command("set")
@_FILE
@_JSON
def set_(file: Path, *, as_json: bool) -> None:
    """Give Assets the schedule of FILE, in the place of one that it may have.

    Each time with a new address to call, which only Assets gets to know.
    """

    async def done(scheduler: Scheduler) -> Kept | Trouble:
        return await scheduler.set()

    definition = _load(file)
    kept = asyncio.run(_with(definition, done))
    if not isinstance(kept, Kept):
        _fail(kept)
    elif as_json:
        echo_json({"schedule": _told(kept)})
    else:
        click.echo(f"Assets begins runs of {definition.name} {_words(kept)}")


@command.command()
@_FILE
@_JSON
def show(file: Path, *, as_json: bool) -> None:
    """Show what schedule Assets has for FILE, and what assetferry knows of it."""

    async def done(scheduler: Scheduler) -> "tuple[Theirs | None, Kept | None] | Trouble":
        theirs = await scheduler.show()
        if isinstance(theirs, Trouble):
            return theirs
        known = await scheduler.ledger.run(triggers_of, scheduler.definition.name)
        kept = [Kept.of(one.schedule) for one in known if one.schedule is not None]
        named = None if theirs is None else theirs.schedule_id
        return theirs, next((one for one in kept if one.schedule_id == named), None)

    definition = _load(file)
    if definition.schedule is not None and definition.schedule.by == "assetferry":
        say(NO_CLOCK)
    found = asyncio.run(_with(definition, done))
    if isinstance(found, Trouble):
        _fail(found)
        return
    theirs, kept = found
    if as_json:
        echo_json(
            {
                "assets": None if theirs is None else asdict(theirs),
                "schedule": None if theirs is None or kept is None else _told(kept),
            }
        )
    elif theirs is None:
        click.echo(f"Assets has no schedule for {definition.name}.")
    elif kept is None:
        click.echo(
            f"Assets has a schedule {theirs.schedule_id} ({theirs.frequency}, from {theirs.start}) "
            f"that this ledger has not set.\nPut yours in its place: assetferry schedule set {file}"
        )
    else:
        click.echo(f"Assets begins runs of {definition.name} {_words(kept)}")


@command.command()
@_FILE
@_JSON
def delete(file: Path, *, as_json: bool) -> None:
    """Take the schedule of FILE away from Assets; what it called by opens no more."""

    async def done(scheduler: Scheduler) -> bool | Trouble:
        return await scheduler.delete()

    definition = _load(file)
    had = asyncio.run(_with(definition, done))
    if not isinstance(had, bool):
        _fail(had)
    elif as_json:
        echo_json({"deleted": had})
    else:
        click.echo(f"{definition.name} has no schedule any more." if had else "There was none.")


async def _with(
    definition: Definition, done: Callable[[Scheduler], Awaitable[T | Trouble]]
) -> T | Trouble:
    async with with_ledger() as ledger, scheduling(definition, ledger, os.environ) as scheduler:
        return await done(scheduler) if isinstance(scheduler, Scheduler) else scheduler


def _fail(trouble: Trouble) -> NoReturn:
    reason = getattr(trouble, "reason", type(trouble).__name__)
    told = f"Assets did not take it: {reason}"
    raise Stopped(told, code=code_of(trouble), exit_code=Exit.FAILED)


def _load(file: Path) -> Definition:
    return load(read(file), origin=str(file))


def _next(kept: Kept) -> list[datetime]:
    """Give the next times, as clocks in the schedule's zone show them."""
    found: list[datetime] = []
    due = next_due(kept.recurrence, datetime.now(UTC))
    while due is not None and len(found) < _SHOWN:
        found.append(due.astimezone(kept.recurrence.zone))
        due = next_due(kept.recurrence, due)
    return found


def _told(kept: Kept) -> dict[str, Any]:
    return asdict(kept) | {"next": [due.isoformat() for due in _next(kept)]}


def _words(kept: Kept) -> str:
    start = kept.recurrence.start
    listed = ", ".join(f"{due:%Y-%m-%d %H:%M %z}" for due in _next(kept))
    first = f"{kept.frequency}, from {start:%Y-%m-%d %H:%M} {kept.timezone}"
    return f"{first}.\n  Next: {listed or 'none, it is over'}"
