"""``assetferry runs forget``: delete what the ledger knows of runs that are over."""

import asyncio

import click

from assetferry.cli.output import echo_json, say
from assetferry.cli.session import with_ledger
from assetferry.engine.retention import clear, forget_older, seconds
from assetferry.errors import FerryError
from assetferry.ledger.forgetting import forget
from assetferry.ledger.run import load_run

__all__ = ["command"]


@click.command("forget")
@click.argument("run", required=False)
@click.option("--older-than", metavar="TIME", help="All runs that ended so long ago, such as 90d.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(run: str | None, *, older_than: str | None, as_json: bool) -> None:
    """Delete RUN from the ledger, with its quarantine and its timeline.

    Nothing changes in Assets. A run that has not ended is refused. What later runs need is kept:
    external ids, and how many objects the last good run brought.
    """
    if (run is None) == (older_than is None):
        raise click.UsageError("Name one RUN, or give --older-than.")

    async def forgotten() -> list[str]:
        async with with_ledger() as ledger:
            if older_than is not None:
                return await forget_older(ledger, seconds(older_than, name="--older-than"))
            found = await ledger.run(load_run, run or "")
            await ledger.run(forget, found)
            try:
                await clear(ledger)
            except FerryError as error:
                # It is forgotten, and giving the command again would not find it.
                told = "What is left of it is deleted by the next command that works on runs."
                say(f"{told} {error}")
            return [found.id]

    gone = asyncio.run(forgotten())
    if as_json:
        echo_json({"forgotten": gone})
    elif not gone:
        click.echo("No run is that old.")
    else:
        for one in gone:
            click.echo(f"Run {one} is forgotten.")
