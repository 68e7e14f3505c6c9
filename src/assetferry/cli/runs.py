"""``assetferry runs``: what has been imported, and what waits for a person."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from assetferry.cli.exits import Exit, exit_of
from assetferry.cli.failure import Stopped
from assetferry.cli.forget import command as forget
from assetferry.cli.output import clock_time, echo_json, say
from assetferry.cli.overriding import overriding, read_overrides
from assetferry.cli.progress import STYLES, open_progress
from assetferry.cli.quarantine import command as quarantine
from assetferry.cli.seeing import follow, see_to_the_end
from assetferry.cli.session import importing, interruptible, with_ledger
from assetferry.definition.load import content_hash, load, read
from assetferry.engine.importer import Importer
from assetferry.engine.redefinition import redefinition
from assetferry.engine.report import headline, how_it_stands, told
from assetferry.ledger.conflicts import conflicts_of
from assetferry.ledger.redefining import Redefinition
from assetferry.ledger.run import Run, latest_runs, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger

__all__ = ["command"]


_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("runs")
def command() -> None:
    """List, show, resume and cancel runs.

    RUN is a run's id, an unambiguous beginning of it, or "latest".
    """


command.add_command(quarantine)
command.add_command(forget)


@command.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(*, limit: int, as_json: bool) -> None:
    """List the newest runs."""

    async def listed() -> None:
        async with with_ledger() as ledger:
            runs = await ledger.run(latest_runs, limit=limit)
            stands = {
                run.id: how_it_stands(run, await ledger.run(sums, run.id))
                for run in runs
                if not run.ended
            }
        if as_json:
            echo_json([headline(run) | {"standing": stands.get(run.id)} for run in runs])
        elif not runs:
            click.echo("No runs yet. Begin one with: assetferry run FILE")
        else:
            for run in runs:
                stand = stands[run.id]["kind"] if run.id in stands else "ended"
                words = {"held": ", held", "waiting": ", waiting", "stalled": ", STALLED"}
                state = f"{run.state}{words.get(stand, '')}"
                what = run.definition + (f", {run.origin}" if run.retry_of else "")
                click.echo(f"{run.id}  {clock_time(run.created_at)}  {state:<18} {what}")

    asyncio.run(listed())


@command.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(run: str, *, as_json: bool) -> None:
    """Tell the whole story of RUN."""

    async def shown() -> None:
        async with with_ledger() as ledger:
            found = await ledger.run(load_run, run)
            summed = await ledger.run(sums, found.id)
            events = await ledger.run(timeline, found.id)
            conflicts = await ledger.run(conflicts_of, found.id, limit=None if as_json else 5)
            story = told(found, summed, events, conflicts)
        if as_json:
            echo_json(story)
        else:
            from assetferry.cli.narration import show_story  # noqa: PLC0415 # imports rich

            show_story(story, found, summed)

    asyncio.run(shown())


@command.command()
@click.argument("run")
@click.option(
    "--definition",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Go on with this text; object types, identities and sources must be as they were.",
)
@overriding
@click.option(
    "--progress", "style", type=click.Choice(STYLES), help="How to show progress, on stderr."
)
@_JSON
def resume(
    run: str,
    *,
    file: Path | None,
    override: str | None,
    reason: str | None,
    style: str | None,
    as_json: bool,
) -> None:
    """Let the held RUN go on, and see it to its end.

    It goes on with the definition that it began with, whatever became of the file, unless
    another text is given.
    """
    overrides = read_overrides(override, reason)

    async def going_on() -> Exit:
        async with (
            with_ledger() as ledger,
            importing(ledger) as importer,
            interruptible(importer.leave),
        ):
            found = await ledger.run(load_run, run)
            instead = None if file is None else _instead(found, file)
            resumed = await importer.resume(found.id, overrides=overrides, instead=instead)
            asked = instead is not None or not _has(found, overrides)
            if not resumed and (asked or found.held or found.ended):
                told = f"Run {found.id} is not held: {found.state}."
                raise Stopped(told, code="not_held", exit_code=Exit.USAGE)
            with open_progress(style) as progress:
                if not resumed:
                    # Whoever resumed it before was stopped, by a full disk or a signal.
                    await importer.go_on(found.id)
                    progress.say(f"Run {found.id} is not held: seeing it to its end")
                return await see_to_the_end(ledger, importer, found, progress, as_json=as_json)

    raise SystemExit(asyncio.run(going_on()))


def _has(run: Run, overrides: Mapping[str, str]) -> bool:
    """Tell whether these limits have been set aside already: nobody's wish is dropped unsaid."""
    return overrides.keys() <= (run.overrides or {}).keys()


def _instead(run: Run, file: Path) -> Redefinition | None:
    """Read what a run shall go on with; None if it is what it works with already."""
    text = read(file)
    if content_hash(text) == run.definition_hash:
        return None
    old = load(run.definition_text, origin=f"run {run.id}")
    return redefinition(run, old=old, new=load(text, origin=str(file)), text=text, origin=str(file))


@command.command()
@click.argument("run")
@_JSON
def cancel(run: str, *, as_json: bool) -> None:
    """Close RUN: Assets is told, and drops what it was sent."""

    async def cancelled() -> Exit:
        async with (
            with_ledger() as ledger,
            importing(ledger) as importer,
            interruptible(importer.leave),
        ):
            found = await ledger.run(load_run, run)
            if not await importer.cancel(found.id):
                found = await ledger.run(load_run, found.id)
                if found.state is not RunState.CLOSING:
                    return await _not_cancelled(ledger, importer, found, as_json=as_json)
                # Whoever began to close it was stopped, by a full disk or a signal.
                say(f"Run {found.id} is being closed already: {found.reason}")
                await importer.go_on(found.id)
            with open_progress("none") as progress:
                ended = await follow(ledger, importer, found, progress)
            # An end that came before the cancel is told as what it is.
            code = Exit.DONE if ended.state is RunState.CANCELLED else exit_of(ended)
            if as_json:
                echo_json(told(ended, await ledger.run(sums, ended.id)) | {"exit": code})
                return code
            click.echo(f"Run {ended.id}: {ended.state}. {ended.reason}")
            if not ended.ended and not ended.held:
                click.echo(f"Go on with: assetferry runs cancel {ended.id}")
            return code

    raise SystemExit(asyncio.run(cancelled()))


async def _not_cancelled(ledger: Ledger, importer: Importer, found: Run, *, as_json: bool) -> Exit:
    """Say why a run cannot be stopped any more, and watch one that Assets processes."""
    if found.ended:
        told = f"Run {found.id} has ended: {found.state}."
        raise Stopped(told, code="has_ended", exit_code=Exit.USAGE)
    say(
        f"Run {found.id} is processed by Assets already and can no longer be stopped; "
        "it is watched to its end."
    )
    await importer.go_on(found.id)
    with open_progress(None) as progress:
        return await see_to_the_end(ledger, importer, found, progress, as_json=as_json)
