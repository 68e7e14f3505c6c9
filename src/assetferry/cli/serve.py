"""``assetferry serve``: web triggers, and the runs they begin."""

import asyncio
import logging
import os
from pathlib import Path

import click

from assetferry.cli.output import echo_json, say
from assetferry.cli.session import importing, interruptible, with_ledger
from assetferry.web.app import create_app
from assetferry.web.rounds import Rounds
from assetferry.web.scheduling import NO_CLOCK
from assetferry.web.served import Served, served
from assetferry.web.serving import listening, serving
from assetferry.web.triggers import Triggers

__all__ = ["command"]


@click.command("serve")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8800, show_default=True, help="0: a free one."
)
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def command(files: tuple[Path, ...], *, host: str, port: int, as_json: bool) -> None:
    """Answer the web triggers of each FILE, and work on the runs they begin.

    POST /triggers/KEY begins a run; `assetferry triggers` gives out keys. GET /healthz says
    whether calls are taken. Runs that another process has left are gone on with, holds older
    than hold_for are closed. Files are read once: start it anew after a change.

    There is no console, there are no metrics, and no clock of its own starts runs
    (by = "assetferry" in [schedule]): they do not exist yet.
    """
    definitions = served(files, os.environ)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name, one in definitions.items():
        if one.definition.schedule is not None and one.definition.schedule.by == "assetferry":
            say(f"{name} is not begun by itself: {NO_CLOCK}")
    asyncio.run(_serve(definitions, host, port, as_json=as_json))


async def _serve(definitions: dict[str, Served], host: str, port: int, *, as_json: bool) -> None:
    async with (
        with_ledger() as ledger,
        importing(ledger) as importer,
        interruptible(importer.leave),
    ):
        app = create_app(ledger, importer, Triggers(ledger, importer, definitions))
        with listening(host, port) as opened:
            async with serving(app, opened) as url:
                if as_json:
                    echo_json({"url": url, "definitions": list(definitions)})
                else:
                    names = ", ".join(definitions)
                    click.echo(f"Serving {names} at {url}  (stop it with Ctrl-C)")
                await Rounds(ledger, importer, definitions).go()
        await importer.left()
        if importer.broken is not None:
            raise importer.broken
