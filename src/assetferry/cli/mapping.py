"""``assetferry mapping``: the schema-and-mapping document that a definition stands for."""

import asyncio
import os
from pathlib import Path

import click

from assetferry.assets.answers import Identified, Pushed, Refused, Trouble
from assetferry.cli.exits import Exit
from assetferry.cli.output import echo_json, say
from assetferry.cli.session import with_ledger
from assetferry.cli.troubles import code_of
from assetferry.definition.load import load, read
from assetferry.definition.problems import Problem
from assetferry.engine.mapped import push_mapping
from assetferry.equipment import equip_definition
from assetferry.ledger.remembering import remembered_ids
from assetferry.mapping.document import mapping_document
from assetferry.mapping.refusals import problems

__all__ = ["command"]

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("mapping")
def command() -> None:
    """Show or push the schema-and-mapping document."""


@command.command()
@_FILE
@click.option("--json", is_flag=True, expose_value=False, help="It is JSON in any case.")
def show(file: Path) -> None:
    """Print the document of FILE, with the external ids it has had since its first push."""
    definition = load(read(file), origin=str(file))

    async def shown() -> None:
        async with with_ledger() as ledger:
            remembered = await ledger.run(remembered_ids, definition.name)
        echo_json(mapping_document(definition, remembered=remembered).document)

    asyncio.run(shown())


@command.command()
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def push(file: Path, *, as_json: bool) -> None:
    """Create or change schema and mapping in Assets as FILE describes them."""
    text = read(file)
    definition = load(text, origin=str(file))

    async def pushed() -> tuple[Pushed | Trouble, tuple[Problem, ...]]:
        async with (
            with_ledger() as ledger,
            equip_definition(definition, environ=os.environ) as equipment,
        ):
            found = await equipment.target.identify()
            if not isinstance(found, Identified):
                return found, ()
            outcome = await push_mapping(
                ledger,
                definition,
                equipment.target,
                import_source_id=found.import_source_id,
            )
            if not isinstance(outcome, Refused):
                return outcome, ()
            remembered = await ledger.run(remembered_ids, definition.name)
            document = mapping_document(definition, remembered=remembered).document
            return outcome, problems(outcome.body, document, text)

    outcome, placed = asyncio.run(pushed())
    if not isinstance(outcome, Pushed):
        _refused(outcome, placed, file, as_json=as_json)
        raise SystemExit(Exit.FAILED)
    done = {"PUT": "created", "PATCH": "changed"}[outcome.how]
    if as_json:
        echo_json({"pushed": outcome.how, "result": done})
    else:
        click.echo(f"The schema and mapping of {definition.name} are {done} in Assets.")


def _refused(outcome: Trouble, placed: tuple[Problem, ...], file: Path, *, as_json: bool) -> None:
    """Say why, with the places in the definition where Assets names any."""
    reason = getattr(outcome, "reason", type(outcome).__name__)
    if as_json:
        listed = [
            {"line": one.line, "key": one.key, "message": one.message, "cure": one.cure}
            for one in placed
        ]
        kind = type(outcome).__name__
        error = {"code": code_of(outcome), "message": reason, "exit": Exit.FAILED}
        report = {"pushed": None, "result": kind, "reason": reason, "problems": listed}
        echo_json(report | {"error": error})
    told = "".join(f"\n  {file}: {one}" for one in placed) or f" {reason}"
    say(f"Assets did not take the mapping:{told}")
