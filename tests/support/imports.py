"""Runs imports in this process, and asks the local Assets server what came of them."""

import base64
import json
import urllib.request
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assetferry.definition.load import content_hash, load
from assetferry.engine.importer import Importer
from assetferry.engine.ports import Equipment
from assetferry.equipment import equip
from assetferry.ledger.creation import NewRun
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.store.provisioning import Provisioned

Equip = Callable[[str, str], AbstractAsyncContextManager[Equipment]]


def new_run(text: str, *, scheduled: bool = False) -> NewRun:
    """What a definition's text asks for."""
    read = load(text, origin="test.toml")
    return NewRun(
        definition=read.name,
        definition_text=text,
        definition_hash=content_hash(text),
        origin="test.toml",
        scheduled=scheduled,
        reads=read.limits.reads,
        sends=read.limits.sends,
        hold_for=0.0 if scheduled else read.safety.hold_for,
    )


async def run_import(
    ledger: Ledger,
    text: str,
    *,
    equip: Equip = equip,
    scheduled: bool = False,
    locks: Path | None = None,
) -> Run:
    """Begin a run and work on it until it ends or is held."""
    async with Importer(ledger, equip, locks=locks) as importer:
        run = await importer.begin(new_run(text, scheduled=scheduled))
        assert run is not None, "the definition has an unfinished run"
        return await finished(ledger, importer, run.id)


async def finished(ledger: Ledger, importer: Importer, run: str) -> Run:
    """Wait until a run that is worked on here has ended, or is held."""
    working = importer.attending(run)
    assert working is not None
    await working
    return await ledger.run(load_run, run)


@dataclass(frozen=True)
class Site:
    """The local Assets server as a test's own import source sees it."""

    server: LocalAssets
    made: Provisioned

    @property
    def url(self) -> str:
        """The server's address."""
        return self.server.url

    def objects(self, query: str) -> int:
        """Count objects by AQL."""
        return self._call("POST", f"{self._base}/object/aql/totalcount", {"qlQuery": query})[
            "totalCount"
        ]

    def labels(self, query: str) -> list[str]:
        """Name the objects that AQL finds."""
        found = self._call("POST", f"{self._base}/object/aql?maxResults=1000", {"qlQuery": query})
        return [one["label"] for one in found["values"]]

    def history(self) -> list[dict[str, Any]]:
        """The executions of the import source, newest first."""
        source = f"workspaces/{self.made.workspace_id}/importsources/{self.made.import_source_id}"
        found = self._call("GET", f"/_local/{source}/history", None)
        return found["values"]

    def states(self) -> list[str]:
        """The states of all executions, oldest first."""
        return [one["state"] for one in reversed(self.history())]

    def new_token(self) -> str:
        """Replace the container token."""
        path = f"{self._base}/importsource/{self.made.import_source_id}/token"
        return self._call("POST", path, None)["token"]

    def cancel(self, execution: str) -> None:
        """Cancel an execution behind the importer's back."""
        path = f"{self._base}/importsource/{self.made.import_source_id}/executions/{execution}"
        self._call("DELETE", path, None)

    def fault(self, kind: str, **fields: Any) -> int:
        """Let the server misbehave towards this import source; the fault's id."""
        return self.set_fault(kind, **fields)["id"]

    def set_fault(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Do the same, and give all that only who sets the fault is told."""
        body = {"kind": kind, "source": self.made.import_source_id, **fields}
        found: dict[str, Any] = self._call("POST", "/_local/faults", body)
        return found

    def mend(self, fault: int) -> None:
        """Take a fault back; what it delays goes on."""
        self._call("DELETE", f"/_local/faults/{fault}", None)

    def start(self) -> None:
        """Start an execution behind the importer's back."""
        path = f"{self._base}/importsource/{self.made.import_source_id}/executions"
        self._call("POST", path, None)

    def faults(self) -> list[dict[str, Any]]:
        """The faults towards this import source, with how often each was met."""
        found: list[dict[str, Any]] = self._call("GET", "/_local/faults", None)["values"]
        return [one for one in found if one.get("source") == self.made.import_source_id]

    @property
    def _base(self) -> str:
        return f"/jsm/assets/workspace/{self.made.workspace_id}/v1"

    def _call(self, method: str, path: str, body: Any) -> Any:
        pair = f"{self.made.email}:{self.made.api_token}".encode()
        request = urllib.request.Request(
            self.server.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
            | ({} if body is None else {"Content-Type": "application/json"}),
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None
