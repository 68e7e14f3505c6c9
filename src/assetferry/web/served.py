"""A definition as this process serves it: read once, its secrets at hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assetferry.definition.document import Definition
from assetferry.definition.load import load, read
from assetferry.definition.secrets import resolve
from assetferry.engine.asking import asked_run
from assetferry.errors import Fatal
from assetferry.ledger.creation import NewRun
from assetferry.ledger.triggers import Trigger
from assetferry.outbound.signature import SigningKey

__all__ = ["NameTaken", "Served", "served"]


class NameTaken(Fatal):
    """Two files define imports of one name."""

    code = "name_taken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """One definition, its text as runs of it store it, and what callers sign with."""

    definition: Definition
    text: str
    origin: str
    key: SigningKey | None

    def new_run(self, trigger: Trigger) -> NewRun:
        """Ask for a run of the import source that the trigger was made for.

        It is a scheduled one where Assets calls at the time of a schedule.
        """
        return asked_run(
            self.definition,
            self.text,
            origin=self.origin,
            scheduled=trigger.schedule is not None,
            workspace_id=trigger.workspace_id,
            import_source_id=trigger.import_source_id,
        )


def served(files: Iterable[Path], environ: Mapping[str, str]) -> dict[str, Served]:
    """Read definitions, by their names.

    Raises DefinitionError, SecretMissing, WeakSecret, NameTaken.
    """
    found: dict[str, Served] = {}
    for file in files:
        text = read(file)
        definition = load(text, origin=str(file))
        if definition.name in found:
            raise NameTaken(
                f"{found[definition.name].origin} and {file} both have the name "
                f"{definition.name}. Give one of them another name."
            )
        secret = None if definition.trigger is None else definition.trigger.secret
        key = None if secret is None else SigningKey(resolve(secret, environ))
        found[definition.name] = Served(definition=definition, text=text, origin=str(file), key=key)
    return found
