"""``assetferry demo``: a source, an Assets server and an import, by one command."""

import asyncio
import os
import subprocess
import sys

import click

from assetferry.cli.exits import Exit
from assetferry.cli.output import number, say
from assetferry.cli.session import interruptible
from assetferry.demo.definition import ASSETS_TOKEN, INVENTORY_TOKEN
from assetferry.demo.stage import Stage, set_up
from assetferry.demo.visitor import Place, Visitor
from assetferry.ledger.opening import data_folder
from assetferry.outbound.client import Outbound

__all__ = ["command"]

_QUESTIONS = (
    'objectType = Laptop AND State = "In Repair"',
    'objectType = Employee AND Department = "Engineering"',
    "objectType = Software",
)


@click.command("demo")
@click.option(
    "--devices",
    type=click.IntRange(1, 10_000_000),
    default=10_000,
    show_default=True,
    help="How many devices the third-party service has.",
)
@click.option("--keep", is_flag=True, help="Keep everything, so that a second demo updates it.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the local Assets server.")
def command(*, devices: int, keep: bool, port: int | None) -> None:
    """Import the devices of an invented company into a local Assets server."""
    folder = data_folder(os.environ) / "demo" if keep else None
    with set_up(devices=devices, port=port, keep=folder) as stage:
        raise SystemExit(asyncio.run(_play(stage, devices)))


async def _play(stage: Stage, devices: int) -> Exit:
    crew = _Crew()
    async with interruptible(crew.leave, stop=crew.stop):
        try:
            return await _story(stage, devices, crew)
        except asyncio.CancelledError:
            if not crew.left:
                raise
            return Exit.INTERRUPTED


class _Crew:
    """Who is told when somebody wants the demo to end: its importer, else the demo itself."""

    def __init__(self) -> None:
        self.importer: subprocess.Popen[bytes] | None = None
        self.left = False
        self._playing = asyncio.current_task()

    def leave(self) -> None:
        """Let the importer leave in order; without one there is nothing to finish."""
        self.left = True
        if self.importer is not None and self.importer.returncode is None:
            self.importer.terminate()
        elif self._playing is not None:
            self._playing.cancel()

    def stop(self) -> None:
        """Stop the importer at once; the servers go as the demo unwinds."""
        if self.importer is not None and self.importer.returncode is None:
            self.importer.kill()
        if self._playing is not None:
            self._playing.cancel()


async def _story(stage: Stage, devices: int, crew: _Crew) -> Exit:
    async with Outbound([_host(stage.assets_url)]) as outbound:
        visitor = Visitor(outbound, stage.assets_url)
        await visitor.sign_in()
        place = stage.place or await visitor.provision("Hardware")
        stage.remember(place)
        stage.write_definition()
        say(
            f"A third-party inventory of {number(devices)} devices at {stage.service_url}\n"
            f"A local Assets server at {stage.assets_url}\n"
            f"An importer, in a process of its own: assetferry run {stage.definition.name}"
        )
        code, peak = await _import(stage, await visitor.new_token(place), crew)
        if code < 0:  # a signal, perhaps ours before the importer could hear it
            if not crew.left:
                say(f"The importer was ended by signal {-code}.")
            return Exit.INTERRUPTED if crew.left else Exit.FAILED
        if code != Exit.DONE:
            return Exit(code)
        await _look(visitor, place)
        click.echo(f"\nPeak memory of the importer: {peak / 1024 / 1024:.0f} MiB")
        _point_further(stage)
    return Exit.DONE


async def _import(stage: Stage, token: str, crew: _Crew) -> tuple[int, int]:
    """Run the importer and wait for it; its exit code, and its peak memory in bytes."""
    importer = subprocess.Popen(  # noqa: ASYNC220, S603 # ourselves, no shell; takes milliseconds
        [sys.executable, "-m", "assetferry", "run", stage.definition.name, "--new"],
        cwd=stage.folder,
        env=os.environ
        | {
            "ASSETFERRY_DATA_DIR": str(stage.ledger),
            ASSETS_TOKEN: token,
            INVENTORY_TOKEN: stage.inventory_token,
        },
        # Ctrl-C reaches a whole group: this process passes it on once, and waits for the rest.
        process_group=0,
    )
    crew.importer = importer
    _, status, used = await asyncio.to_thread(os.wait4, importer.pid, 0)
    importer.returncode = os.waitstatus_to_exitcode(status)
    kibibytes = used.ru_maxrss if sys.platform != "darwin" else used.ru_maxrss // 1024
    return importer.returncode, kibibytes * 1024


async def _look(visitor: Visitor, place: Place) -> None:
    click.echo("\nFound by AQL:")
    for question in _QUESTIONS:
        total = await visitor.count(place, question)
        click.echo(f"  {question}: {number(total)}")
        for one in await visitor.find(place, question, limit=2):
            values = {name: texts for name, texts in one["attributes"].items() if name in _SHOWN}
            told = ", ".join(f"{name} {', '.join(texts)}" for name, texts in values.items())
            click.echo(f"    {one['key']}  {one['label']}{'  ' if told else ''}{told}")


_SHOWN = ("Model", "Owner", "Email", "Publisher")


def _point_further(stage: Stage) -> None:
    click.echo("Look further:")
    if stage.folder == data_folder(os.environ) / "demo":
        click.echo(
            f"  assetferry assets --data {stage.folder / 'assets'}    the same objects\n"
            f"  ASSETFERRY_DATA_DIR={stage.ledger} assetferry runs show latest\n"
            "  assetferry demo --keep    once more: nothing has changed, so nothing is written"
        )
    else:
        click.echo(
            "  assetferry demo --keep    the same, kept: once more, and everything is unchanged\n"
            "  assetferry assets         a server of your own, to import to\n"
            "  assetferry run --help     an import of your own"
        )


def _host(url: str) -> str:
    return url.partition("://")[2]
