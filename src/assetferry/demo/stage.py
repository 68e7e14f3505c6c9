"""Everything a demo needs around the importer: a folder, a service, an Assets server."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assetferry.demo.definition import INVENTORY_TOKEN, render
from assetferry.demo.visitor import Place
from assetferry.errors import Fatal
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings

__all__ = ["Stage", "set_up"]


class ServiceFailed(Fatal):
    """The demo's third-party service did not start."""

    code = "service_failed"


class _Kept(msgspec.Struct):
    """What a kept demo must find again: its ports stand in its definition."""

    assets_port: int
    service_port: int
    workspace_id: str
    import_source_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A running service and a running Assets server."""

    folder: Path
    assets_url: str
    service_url: str
    inventory_token: str
    kept: _Kept | None

    @property
    def definition(self) -> Path:
        """The file that the importer runs."""
        return self.folder / "demo.toml"

    @property
    def ledger(self) -> Path:
        """The folder of the importer's ledger."""
        return self.folder / "ledger"

    @property
    def place(self) -> Place | None:
        """The import source of an earlier demo in this folder."""
        if self.kept is None:
            return None
        return Place(
            workspace_id=self.kept.workspace_id, import_source_id=self.kept.import_source_id
        )

    def remember(self, place: Place) -> None:
        """Write down what the next demo in this folder needs; no secret is among it."""
        kept = _Kept(
            assets_port=_port(self.assets_url),
            service_port=_port(self.service_url),
            workspace_id=place.workspace_id,
            import_source_id=place.import_source_id,
        )
        _notes(self.folder).write_bytes(msgspec.json.encode(kept))

    def write_definition(self) -> None:
        """Write the demo's definition for these two servers."""
        self.definition.write_text(render(self.assets_url, self.service_url), encoding="utf-8")


@contextmanager
def set_up(*, devices: int, port: int | None, keep: Path | None) -> Generator[Stage]:
    """Start the service, as a process of its own, and the Assets server; stop both at the end.

    ``keep`` is the folder of a demo that can be repeated; without it nothing stays.
    """
    with _folder(keep) as folder:
        kept = _read_notes(folder)
        token = secrets.token_urlsafe(16)
        settings = Settings(
            data=folder / "assets",
            port=port if port is not None else (kept.assets_port if kept else 0),
        )
        with (
            _service(devices, kept.service_port if kept else 0, token) as service_url,
            LocalAssets(settings) as assets,
        ):
            yield Stage(
                folder=folder,
                assets_url=assets.url,
                service_url=service_url,
                inventory_token=token,
                kept=kept,
            )


@contextmanager
def _folder(keep: Path | None) -> Generator[Path]:
    if keep is not None:
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="assetferry-demo-") as folder:
        yield Path(folder)


@contextmanager
def _service(devices: int, port: int, token: str) -> Generator[str]:
    arguments = ["--devices", str(devices), "--port", str(port), "--token-env", INVENTORY_TOKEN]
    process = subprocess.Popen(  # noqa: S603 # our own module, no shell
        [sys.executable, "-m", "assetferry.demo.service", *arguments],
        env=os.environ | {INVENTORY_TOKEN: token},
        stdout=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for the demo, which ends it after the importer
    )
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 # it is piped
            line = process.stdout.readline()
            if not line:
                raise ServiceFailed(
                    f"The demo's service did not start on port {port or '(any free one)'}. "
                    "See above for what it said."
                )
            yield msgspec.json.decode(line)["url"]
        finally:
            process.terminate()


def _read_notes(folder: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(_notes(folder).read_bytes(), type=_Kept)
    except FileNotFoundError:
        return None


def _notes(folder: Path) -> Path:
    return folder / "demo.json"


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
