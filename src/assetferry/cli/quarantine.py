"""``assetferry runs quarantine``: records that could not become objects, and why."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
import msgspec

from assetferry.cli.failure import unwritten
from assetferry.cli.output import echo_json, number
from assetferry.cli.quarantine_retry import command as retry
from assetferry.cli.session import with_ledger
from assetferry.ledger.quarantining import Quarantined, quarantined, reasons
from assetferry.ledger.run import load_run
from assetferry.ledger.transition import Ledger

__all__ = ["command"]


@click.group("quarantine")
def command() -> None:
    """List, export or retry the records of RUN that could not become objects."""


command.add_command(retry)


@command.command("list")
@click.argument("run")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(run: str, *, limit: int, as_json: bool) -> None:
    """Show why records of RUN are in quarantine, and the first of them."""

    async def listed() -> None:
        async with with_ledger() as ledger:
            found = await ledger.run(load_run, run)
            counted = await ledger.run(reasons, found.id)
            first = await ledger.run(quarantined, found.id, limit=limit, left=not as_json)
        if as_json:
            echo_json({"run": found.id, "reasons": _told(counted), "records": first})
            return
        if not counted:
            click.echo(f"Nothing of run {found.id} is in quarantine.")
            return
        for object_type, attribute, code, count, again in counted:
            what = " ".join(filter(None, (object_type, attribute)))
            if count > again:
                click.echo(f"{number(count - again):>8}  {code}  {what}")
        brought_in = sum(again for *_, again in counted)
        left = sum(count for *_, count, _ in counted) - brought_in
        if brought_in:
            click.echo(f"{number(brought_in):>8}  brought in by retries")
        if first:
            click.echo("")
        for one in first:
            click.echo(f"{_where(one)}  {one.reason}")
        rest = left - len(first)
        if rest > 0:
            click.echo(f"… {number(rest)} more: assetferry runs quarantine export {found.id}")

    asyncio.run(listed())


@command.command()
@click.argument("run")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; stdout without it.",
)
def export(run: str, *, output: Path | None) -> None:
    """Write the quarantine of RUN as JSON, one record a line.

    Each line has the place, the reason, and those fields of the record that the definition
    reads.
    """

    async def exported(file: IO[str]) -> None:
        async with with_ledger() as ledger:
            found = await ledger.run(load_run, run)
            async for one in _all(ledger, found.id):
                file.write(msgspec.json.encode(one).decode() + "\n")

    if output is None:
        asyncio.run(exported(sys.stdout))
        return
    try:
        with _replacing(output) as file:
            asyncio.run(exported(file))
    except OSError as error:
        raise unwritten(error, what=str(output)) or error from error


@contextmanager
def _replacing(output: Path) -> Generator[IO[str]]:
    """Write beside the file and take its place in the end: half an export looks whole."""
    if output.exists() and not output.is_file():  # a pipe, a terminal
        with output.open("w", encoding="utf-8") as file:
            yield file
        return
    beside = output.with_name(f"{output.name}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            yield file
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


async def _all(ledger: Ledger, run: str) -> AsyncGenerator[Quarantined]:
    """Read page by page: a quarantine may be larger than memory."""
    last = 0
    while page := await ledger.run(quarantined, run, after=last):
        for one in page:
            yield one
        last = page[-1].id


def _told(
    counted: list[tuple[str | None, str | None, str, int, int]],
) -> list[dict[str, object]]:
    names = ("object_type", "attribute", "code", "count", "brought_in")
    return [dict(zip(names, one, strict=True)) for one in counted]


def _where(one: Quarantined) -> str:
    part = f"/{one.part}" if one.part else ""
    return f"{one.stream} {one.number}{part}  {one.object_type or ''}"
