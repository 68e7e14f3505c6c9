"""``assetferry assets``: the local Assets server."""

import asyncio
from pathlib import Path
from typing import get_args

import click

from assetferry.cli.output import echo_json
from assetferry.cli.session import interruptible
from assetferry.errors import Fatal
from assetferry.local_assets.server import Running, serve
from assetferry.local_assets.settings import Dedupe, SecondPut, Settings
from assetferry.local_assets.store import provisioning
from assetferry.local_assets.store.provisioning import Provisioned

__all__ = ["command"]


class PortTaken(Fatal):
    """Something else listens where the server should."""

    code = "port_taken"


@click.command("assets")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8700, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to keep everything in; without one, everything goes when the server stops.",
)
@click.option(
    "--dedupe",
    type=click.Choice(get_args(Dedupe)),
    default="first",
    show_default=True,
    help="A repeated clientGeneratedId: the first one wins, or each is processed.",
)
@click.option(
    "--second-put",
    type=click.Choice(get_args(SecondPut)),
    default="patch",
    show_default=True,
    help="A PUT where a mapping exists: acts like PATCH, or is answered with 409.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def command(
    *,
    host: str,
    port: int,
    data: Path | None,
    dedupe: Dedupe,
    second_put: SecondPut,
    as_json: bool,
) -> None:
    """Serve a local Assets: import, then search what was imported.

    An empty one is given an object schema "Hardware" with an import source, whose token is
    shown this once.
    """
    settings = Settings(host=host, port=port, data=data, dedupe=dedupe, second_put=second_put)
    try:
        asyncio.run(_serve(settings, as_json=as_json))
    except OSError as error:
        raise PortTaken(
            f"Cannot listen on {host}:{port} ({error.strerror}). Take another --port."
        ) from error


async def _serve(settings: Settings, *, as_json: bool) -> None:
    stopped = asyncio.Event()
    async with serve(settings) as running, interruptible(stopped.set):
        writer = running.site.database.writer
        made = await writer.run(provisioning.everything_if_empty, "Hardware")
        if as_json:
            echo_json({"url": running.url, "made": made})
        else:
            _announce(running, made)
        await stopped.wait()


def _announce(running: Running, made: Provisioned | None) -> None:
    click.echo(f"Local Assets server at {running.url}  (stop it with Ctrl-C)")
    if made is None:
        click.echo(
            "Another import source with its token:\n"
            f"  curl -X POST {running.url}/_local/importsource "
            "-H 'Content-Type: application/json' -d '{\"name\": \"Hardware\"}'"
        )
        return
    click.echo(
        f'Object schema "Hardware" with an import source. Its token, shown this once:\n'
        f"  export ASSETS_TOKEN={made.token}\n"
        f"Look at its objects as {made.email} with the API token {made.api_token}:\n"
        f"  curl -u '{made.email}:{made.api_token}' -H 'Content-Type: application/json' \\\n"
        f'    -d \'{{"qlQuery": "objectType = Laptop"}}\' \\\n'
        f"    {running.url}/jsm/assets/workspace/{made.workspace_id}/v1/object/aql"
    )
