"""``assetferry check`` in this process, against a test's own servers."""

import json
import socket
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from assetferry.cli import main
from definitions import LAPTOP, definition, source
from imports import Site
from third_party import ThirdParty


@dataclass
class Checked:
    """What a check came to."""

    code: int
    told: dict[str, Any]

    def find(self, step: str, message: str = "") -> list[dict[str, Any]]:
        """The steps of one name whose message holds a part."""
        return [
            one for one in self.told["steps"] if one["step"] == step and message in one["message"]
        ]

    def state(self, step: str) -> str:
        """The state of a step that is taken once."""
        (found,) = self.find(step)
        return found["state"]

    @property
    def worrying(self) -> list[str]:
        """The messages of everything that is not as it should be."""
        return [one["message"] for one in self.told["steps"] if one["state"] not in ("ok", "note")]


@dataclass
class World:
    """A definition, the servers it names, and a folder for its ledger."""

    site: Site
    service: ThirdParty
    service_url: str
    folder: Path
    environ: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    @property
    def data(self) -> Path:
        """The ledger's folder; it need not exist."""
        return self.folder / "data"

    def text(self, *, types: str = LAPTOP, pages: str | None = None, name: str = "hardware") -> str:
        """A definition that works."""
        chosen = (
            source(self.service_url) if pages is None else source(self.service_url, pages=pages)
        )
        return definition(
            self.site.url, chosen, types=types, name=name, service_url=self.service_url
        )

    def run(self, text: str | bytes, *arguments: str) -> Any:
        """Run a command on a definition's text; what click's runner gives."""
        file = self.folder / "test.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        environ: Mapping[str, str | None] = {
            "ASSETFERRY_DATA_DIR": str(self.data),
            "ASSETFERRY_DATABASE_URL": None,
            "ASSETS_TOKEN": self.site.made.token,
            "INVENTORY_TOKEN": "let-me-in",
            **self.environ,
        }
        return CliRunner().invoke(main, [*arguments, str(file)], env=environ)

    def check(self, text: str | bytes) -> Checked:
        """Check a definition."""
        result = self.run(text, "check", "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return Checked(result.exit_code, json.loads(result.stdout))

    def push(self, text: str) -> int:
        """Push a definition's mapping; the exit code."""
        return self.run(text, "mapping", "push").exit_code

    def change_source(self, **settings: Any) -> None:
        """Change the import source's settings, as a person does in Jira."""
        made = self.site.made
        place = f"workspaces/{made.workspace_id}/importsources/{made.import_source_id}"
        request = urllib.request.Request(
            f"{self.site.url}/_local/{place}",
            method="PATCH",
            data=json.dumps(settings).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            answer.read()


def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
