"""``assetferry triggers``: the address keys by which others begin runs."""

import asyncio
import os
from pathlib import Path

import click

from assetferry.assets.answers import Identified, Trouble
from assetferry.cli.exits import Exit
from assetferry.cli.failure import Stopped
from assetferry.cli.output import clock_time, echo_json
from assetferry.cli.session import with_ledger
from assetferry.cli.troubles import code_of
from assetferry.definition.document import Definition
from assetferry.definition.load import load, read
from assetferry.equipment import equip_definition
from assetferry.ledger.triggers import Opened, Trigger, drop_triggers, replace_trigger, triggers_of
from assetferry.web.address import address_of, new_key

__all__ = ["command"]

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("triggers")
def command() -> None:
    """Give out and revoke the address by which others begin runs.

    That by which Assets begins them is looked after by `assetferry schedule`.
    """


@command.command()
@_FILE
@_JSON
def show(file: Path, *, as_json: bool) -> None:
    """Say whether FILE has a trigger, and when it last began a run.

    The key in its address was shown once, when it was made: the ledger has only its hash.
    """
    definition = _load(file)

    async def found() -> list[Trigger]:
        async with with_ledger() as ledger:
            known = await ledger.run(triggers_of, definition.name)
            return [one for one in known if one.schedule is None]

    triggers = asyncio.run(found())
    if as_json:
        echo_json({"triggers": [_told(definition, one) for one in triggers]})
        return
    for one in triggers:
        called = "never" if one.called_at is None else clock_time(one.called_at)
        click.echo(
            f"{address_of(definition, '…')}  for import source {one.import_source_id}\n"
            f"  made {clock_time(one.created_at)}, last began a run: {called}"
        )
    if not triggers:
        click.echo(
            f"{definition.name} has no trigger. Make one: assetferry triggers replace {file}"
        )


@command.command()
@_FILE
@_JSON
def replace(file: Path, *, as_json: bool) -> None:
    """Give FILE a new trigger, whose address is shown this once; an old one stops working.

    Asks Assets which import source the token of FILE belongs to: a call must name it.
    """
    definition = _load(file)
    key = new_key()

    async def replaced() -> Identified | Trouble:
        async with (
            with_ledger() as ledger,
            equip_definition(definition, environ=os.environ) as equipment,
        ):
            found = await equipment.target.identify()
            if isinstance(found, Identified):
                opened = Opened(
                    definition=definition.name,
                    workspace_id=found.workspace_id,
                    import_source_id=found.import_source_id,
                )
                await ledger.run(replace_trigger, key, opened)
            return found

    found = asyncio.run(replaced())
    if not isinstance(found, Identified):
        reason = getattr(found, "reason", type(found).__name__)
        told = f"Nothing was changed: {reason}"
        raise Stopped(told, code=code_of(found), exit_code=Exit.FAILED)
    body = {"workspaceId": found.workspace_id, "importsourceId": found.import_source_id}
    address = address_of(definition, key)
    if as_json:
        echo_json({"address": address, "body": body})
        return
    click.echo(
        f"The address, shown this once; who knows it can begin runs of {definition.name}:\n"
        f"  {address}\nThe body of a call:\n  "
        f'{{"workspaceId": "{found.workspace_id}", "importsourceId": "{found.import_source_id}"}}'
    )


@command.command()
@_FILE
@_JSON
def delete(file: Path, *, as_json: bool) -> None:
    """Revoke the trigger of FILE: its address stops working at once."""
    definition = _load(file)

    async def dropped() -> int:
        async with with_ledger() as ledger:
            return await ledger.run(drop_triggers, definition.name)

    had = asyncio.run(dropped())
    if as_json:
        echo_json({"deleted": bool(had)})
    else:
        click.echo(f"{definition.name} has no trigger any more." if had else "There was none.")


def _load(file: Path) -> Definition:
    return load(read(file), origin=str(file))


def _told(definition: Definition, trigger: Trigger) -> dict[str, object]:
    return {
        "address": address_of(definition, "KEY"),
        "workspace_id": trigger.workspace_id,
        "import_source_id": trigger.import_source_id,
        "created_at": trigger.created_at,
        "called_at": trigger.called_at,
    }
