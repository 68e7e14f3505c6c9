"""``assetferry run``: one import, from the first page to what Assets made of it."""

import asyncio
from pathlib import Path

import click

from assetferry.cli.exits import Exit
from assetferry.cli.overriding import overriding, read_overrides
from assetferry.cli.progress import STYLES, Progress, open_progress
from assetferry.cli.seeing import follow, see_to_the_end
from assetferry.cli.session import importing, interruptible, with_ledger
from assetferry.definition.load import load, read
from assetferry.engine.asking import asked_run
from assetferry.engine.importer import Importer
from assetferry.ledger.creation import NewRun, unfinished_run
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger

__all__ = ["command"]


@click.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--new", is_flag=True, help="Close the definition's unfinished run first.")
@overriding
@click.option("--progress", type=click.Choice(STYLES), help="How to show progress, on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    file: Path,
    *,
    new: bool,
    override: str | None,
    reason: str | None,
    progress: str | None,
    as_json: bool,
) -> None:
    """Run the import that FILE defines, or go on with its unfinished run."""
    overrides = read_overrides(override, reason)
    text = read(file)
    definition = load(text, origin=str(file))
    asked = asked_run(definition, text, origin=str(file), overrides=overrides)
    with open_progress(progress) as shown:
        outcome = asyncio.run(_run(asked, shown, new=new, as_json=as_json))
    raise SystemExit(outcome)


async def _run(asked: NewRun, shown: Progress, *, new: bool, as_json: bool) -> Exit:
    async with (
        with_ledger() as ledger,
        importing(ledger) as importer,
        interruptible(importer.leave),
    ):
        run = await _begin(ledger, importer, asked, shown, new=new)
        return await see_to_the_end(ledger, importer, run, shown, as_json=as_json)


async def _begin(
    ledger: Ledger, importer: Importer, asked: NewRun, shown: Progress, *, new: bool
) -> Run:
    """Begin a run, or take up the definition's unfinished one."""
    while (run := await importer.begin(asked)) is None:
        run = await ledger.run(unfinished_run, asked.definition)
        if run is None:  # it has ended meanwhile
            continue
        if not new and run.retry_of is not None and not run.held:
            shown.say(f"Run {run.id}, a {run.origin}, comes to its end first")
            await importer.go_on(run.id)
            ended = await follow(ledger, importer, run, shown)
            if ended.ended:
                continue
            return ended
        if not new and run.state is not RunState.CLOSING:
            return await _take_up(importer, run, asked, shown)
        shown.say(f"Closing run {run.id} first" + (f": {run.reason}" if run.reason else ""))
        if run.state is RunState.CLOSING or not await importer.cancel(run.id):
            await importer.go_on(run.id)
        await follow(ledger, importer, run, shown)
    return run


async def _take_up(importer: Importer, run: Run, asked: NewRun, shown: Progress) -> Run:
    if run.definition_hash != asked.definition_hash:
        shown.say(
            f"{asked.origin} has changed since run {run.id} began; it goes on with the text it "
            f"began with. To take the new one: assetferry runs resume {run.id} --definition "
            f"{asked.origin}; or --new closes it and begins anew"
        )
    if run.held and run.state is RunState.PROCESSING:
        shown.say(f"Run {run.id} is held, and Assets goes on with it: watching it to its end")
        await importer.go_on(run.id)
        return run
    if run.held and not asked.overrides:
        return run
    if run.held and await importer.resume(run.id, overrides=asked.overrides):
        shown.say(f"Going on with run {run.id}, {', '.join(asked.overrides)} set aside")
        return run
    alone = await importer.go_on(run.id)
    shown.say(f"Going on with run {run.id}" if alone else f"Watching run {run.id}, at work already")
    return run
