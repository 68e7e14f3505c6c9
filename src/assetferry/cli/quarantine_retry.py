"""``assetferry runs quarantine retry``: bring in what was set aside, once the cause is mended."""

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from assetferry.cli.exits import Exit
from assetferry.cli.failure import Stopped
from assetferry.cli.output import echo_json
from assetferry.cli.progress import STYLES, Progress, open_progress
from assetferry.cli.seeing import see_to_the_end
from assetferry.cli.session import importing, interruptible, with_ledger
from assetferry.definition.load import load, read
from assetferry.engine.asking import asked_run
from assetferry.engine.importer import Importer
from assetferry.engine.retry_rules import RetryRefused, against_retry
from assetferry.ledger.creation import NewRun, unfinished_run
from assetferry.ledger.redriving import later_full_run, streams_set_aside
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.transition import Ledger

__all__ = ["command"]


@click.command("retry")
@click.argument("run")
@click.option(
    "--definition",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The definition, mended; without it, the text that RUN worked with.",
)
@click.option("--progress", type=click.Choice(STYLES), help="How to show progress, on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(run: str, *, file: Path | None, progress: str | None, as_json: bool) -> None:
    """Drive the quarantined records of RUN through the import again, and nothing else.

    This is a run of its own. It works from what the quarantine keeps and does not ask the source.
    Where Assets removes missing objects it is refused, as it brings only a few.
    """
    text = None if file is None else read(file)
    with open_progress(progress) as shown:
        outcome = asyncio.run(_retry(run, text, shown, as_json=as_json))
    raise SystemExit(outcome)


async def _retry(run: str, text: str | None, shown: Progress, *, as_json: bool) -> Exit:
    async with (
        with_ledger() as ledger,
        importing(ledger) as importer,
        interruptible(importer.leave),
    ):
        found = await ledger.run(load_run, run)
        if found.retry_of is not None:
            # What it could not bring in either still waits in the quarantine that it came from.
            shown.say(f"Run {found.id} is a retry itself: retrying run {found.retry_of}")
            found = await ledger.run(load_run, found.retry_of)
        asked = await _asked(ledger, found, text)
        if asked is None:
            _nothing(found, as_json=as_json)
            return Exit.DONE
        begun = await _begin(ledger, importer, asked, shown)
        return await see_to_the_end(ledger, importer, begun, shown, as_json=as_json)


def _nothing(found: Run, *, as_json: bool) -> None:
    if as_json:
        echo_json({"run": None, "retry_of": found.id, "exit": Exit.DONE})
    else:
        click.echo(f"Nothing of run {found.id} is left in quarantine.")


async def _asked(ledger: Ledger, found: Run, text: str | None) -> NewRun | None:
    """Say what the retry is made of; None if there is nothing to retry. Raises RetryRefused."""
    streams = await ledger.run(streams_set_aside, found.id, left=True)
    if not streams:
        return None
    text = found.definition_text if text is None else text
    origin = f"retry of {found.id}"
    definition = load(text, origin=origin)
    against = against_retry(
        found,
        await ledger.run(later_full_run, found),
        old=[
            load(one, origin=f"run {found.id}")
            for one in (*(found.earlier_texts or []), found.definition_text)
        ],
        new=definition,
        streams=streams,
    )
    if against is not None:
        raise RetryRefused(against)
    return replace(asked_run(definition, text, origin=origin), retry_of=found.id)


async def _begin(ledger: Ledger, importer: Importer, asked: NewRun, shown: Progress) -> Run:
    """Begin the retry, or go on with the one whose process died; raise Stopped if one is busy."""
    while (begun := await importer.begin(asked)) is None:
        other = await ledger.run(unfinished_run, asked.definition)
        if other is None:  # it has ended meanwhile
            continue
        if other.retry_of == asked.retry_of and (other.held or await importer.go_on(other.id)):
            shown.say(f"Going on with run {other.id}, the {other.origin}")
            return other
        told = f"Run {other.id} of {other.origin} has not ended. Retry when it has."
        raise Stopped(told, code="busy", exit_code=Exit.BUSY)
    return begun
