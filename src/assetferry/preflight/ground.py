"""What the steps of a check that ask somebody stand on."""

from collections.abc import Mapping
from dataclasses import dataclass

from assetferry.definition.document import Definition
from assetferry.definition.positions import Path
from assetferry.definition.secrets import Secret, SecretReference, resolve
from assetferry.outbound.client import Outbound
from assetferry.preflight.finding import Finding

__all__ = ["Ground", "skipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A definition that was read, and an open way out."""

    definition: Definition
    environ: Mapping[str, str]
    outbound: Outbound
    unusable: frozenset[Path]
    """Places of the definition that were found of no use: secrets not had, hosts refused."""

    def secret(self, reference: SecretReference) -> Secret:
        """Fetch a secret; raise SecretMissing."""
        return resolve(reference, self.environ)

    def lacks(self, place: Path) -> Path | None:
        """Find what is of no use at a place or below it."""
        return next((path for path in self.unusable if path[: len(place)] == place), None)


def skipped(needs: str, path: Path = (), *, of: str | None = None) -> Finding:
    """Say that a step was not taken for what it lacks; ``of`` names a source."""
    what = "" if of is None else f"{of}: "
    return Finding(state="skipped", message=f"{what}not looked at: it needs {needs}", path=path)
