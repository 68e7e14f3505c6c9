"""``assetferry assets``: the local Assets server."""

import asyncio
import errno
from typing import Any

import click

from assetferry.cli.choices import server_options, server_settings
from assetferry.cli.output import echo_json
from assetferry.cli.session import interruptible
from assetferry.errors import Fatal
from assetferry.local_assets.openapi import document
from assetferry.local_assets.server import Running, serve
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store import provisioning
from assetferry.local_assets.store.provisioning import Provisioned

__all__ = ["command"]


_OF_A_PORT = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES})


class PortTaken(Fatal):
    """Something else listens where the server should."""

    code = "port_taken"


@server_options
@click.command("assets")
@click.option("--openapi", is_flag=True, help="Print the API as an OpenAPI document, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def command(*, openapi: bool, as_json: bool, **chosen: Any) -> None:
    """Serve a local Assets: import, then search what was imported.

    An empty one is given an object schema "Hardware" with an import source, whose token is
    shown this once. Where Assets' contract leaves something open, an option chooses; those
    from --enabled on hold for import sources that are made.
    """
    settings = server_settings(chosen)
    if openapi:
        echo_json(document(settings))
        return
    try:
        asyncio.run(_serve(settings, as_json=as_json))
    except OSError as error:
        if error.errno not in _OF_A_PORT:
            raise
        raise PortTaken(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Take another --port."
        ) from error


async def _serve(settings: Settings, *, as_json: bool) -> None:
    stopped = asyncio.Event()
    async with serve(settings) as running, interruptible(stopped.set):
        writer = running.site.database.writer
        made = await writer.run(provisioning.everything_if_empty, "Hardware", settings.sources)
        if as_json:
            echo_json({"url": running.url, "made": made})
        else:
            _announce(running, made)
        await stopped.wait()


def _announce(running: Running, made: Provisioned | None) -> None:
    click.echo(f"Local Assets server at {running.url}  (stop it with Ctrl-C)")
    click.echo(f"What is in it, for a browser: {running.url}/_local/")
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
