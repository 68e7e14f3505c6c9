"""How a run is told in words and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from assetferry.cli.output import clock_time, duration, number
from assetferry.cli.progress import stalls, waits
from assetferry.engine.report import told
from assetferry.engine.standing import Held, Stalled, Waiting, standing
from assetferry.ledger.run import Run
from assetferry.ledger.sums import Sums

__all__ = ["columns_of", "show_end", "show_story"]


def show_end(run: Run, sums: Sums) -> None:
    """Tell how a run stands when its command ends."""
    story = told(run, sums)
    click.echo(f"Run {run.id}: {_standing(run)}")
    if run.held:
        click.echo(f"  Why:  {run.held_reason}\n  Cure: {run.held_cure}")
    elif run.reason:
        click.echo(f"  {run.reason}")
    _streams(story)
    _object_types(story)
    if not run.ended and not run.held:
        click.echo(f"\nGo on with: assetferry {_again(run)}")
    if run.held:
        click.echo(f"\nGo on with: assetferry runs resume {run.id}")


def show_story(story: dict[str, Any], run: Run, sums: Sums) -> None:
    """Tell everything that the ledger knows of a run."""
    click.echo(f"Run {run.id} of {run.definition} ({run.origin}): {_standing(run)}")
    if run.reason:
        click.echo(f"  {run.reason}")
    if run.held:
        click.echo(f"  Why:  {run.held_reason}\n  Cure: {run.held_cure}")
    if run.execution_id:
        click.echo(f"  Execution {run.execution_id} of import source {run.import_source_id}")
    match standing(run, sums):
        case Waiting() as waiting:
            click.echo(f"  Waits, {waits(waiting)}")
        case Stalled() as stalled:
            click.echo(f"  {stalls(stalled)}")
        case Held(until=float() as until):
            click.echo(f"  It is closed at {clock_time(until)} unless somebody resumes it")
        case _:
            pass
    _streams(story)
    _object_types(story)
    _conflicts(story, of=sum(one.entries_conflicting for one in sums.types))
    click.echo("\nTimeline")
    for event in story["events"]:
        click.echo(f"  {clock_time(event['at'])}  {event['text']}")


def _again(run: Run) -> str:
    return f"runs quarantine retry {run.retry_of}" if run.retry_of else f"run {run.origin}"


def _standing(run: Run) -> str:
    took = f" after {duration(run.ended_at - run.created_at)}" if run.ended_at else ""
    return f"HELD while {run.state}" if run.held else f"{run.state}{took}"


def _streams(story: dict[str, Any]) -> None:
    if not story["streams"]:
        return
    table = _table("Source", "records read", "mapped", "left out", "quarantined", "chunks")
    for one in story["streams"]:
        table.add_row(
            one["stream"],
            number(one["records_read"]),
            number(one["records_mapped"]),
            number(one["records_left_out"]),
            number(one["records_quarantined"]),
            f"{number(one['chunks_submitted'])}/{number(one['chunks_staged'])}",
        )
    _print(table)


def _object_types(story: dict[str, Any]) -> None:
    if not story["object_types"]:
        return
    columns = columns_of(story["object_types"])
    table = _table("Object type", *columns)
    for one in story["object_types"]:
        table.add_row(one["object_type"], *(number(one[name]) for name in columns))
    _print(table)


_NOT_ALWAYS = {"repeated", "conflicting", "duplicates"}
"""Counts that most imports do not have: without them the table fits a narrow terminal."""


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Choose what is told of object types: what always matters, and what there is of the rest."""
    ours = ("repeated", "conflicting", "sent")
    every = (*ours, "created", "updated", "identical", "duplicates", "errors")
    return [name for name in every if name not in _NOT_ALWAYS or any(one[name] for one in rows)]


def _conflicts(story: dict[str, Any], *, of: int) -> None:
    """Show the first conflicts; ``--json`` has all that were kept."""
    if not story["conflicts"]:
        return
    click.echo("\nConflicts: one identity with two contents, of which the earlier was sent")
    for one in story["conflicts"]:
        identity = ", ".join(one["identity"])
        click.echo(
            f"  {one['object_type']} {identity}: {_place(one['sent'])} was sent, "
            f"{_place(one['place'])} was not"
        )
    if of > len(story["conflicts"]):
        more = f"{number(of - len(story['conflicts']))} more"
        click.echo(f"  … {more}: assetferry runs show {story['run']} --json")


def _place(place: dict[str, Any]) -> str:
    cursor = place["cursor"]
    start = "the start" if cursor is None else msgspec.json.encode(cursor).decode()
    return f"record {place['index'] + 1} from {start}"


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print(table: Table) -> None:
    # Names may hold what rich would take for markup.
    console = Console(soft_wrap=True, markup=False, emoji=False)
    console.print()
    console.print(table)
