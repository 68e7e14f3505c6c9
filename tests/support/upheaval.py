"""Kills importers and Assets servers at random moments, and compares what came of it."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 600.0


@dataclass
class Upheaval:
    """One import of ``devices`` devices, with ``kills`` kills on the way."""

    folder: Path
    devices: int
    kills: int
    seed: int
    limits: str = "chunk_records = 100\nreads = 2\nsends = 2\nmax_attempts = 50"
    latency_ms: int = 100
    """So slow that there is time to be killed in."""
    said: Callable[[str], None] = print
    counted: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._chance = random.Random(self.seed)  # noqa: S311 # moments, not secrets
        self._assets_port, self._service_port = _free_port(), _free_port()
        self._environ = os.environ | {
            "ASSETFERRY_DATA_DIR": str(self.folder / "data"),
            "INVENTORY_TOKEN": "let-me-in",
        }

    def play(self) -> dict[str, Any]:
        """Import under fire; give the end of the run as ``runs show`` tells it."""
        with ExitStack() as stack:
            stack.callback(self._stop_all)
            self._service = self._start_service()
            self._server = self._start_server()
            self._provision()
            ended = False
            while not ended and self.counted["importer"] + self.counted["server"] < self.kills:
                ended = self._hit_once()
            if not ended:
                self._go_on_to_the_end()
            return self._told()

    def contents(self) -> list[tuple[str, str, str]]:
        """All objects by type and label, with their values and references by name."""
        return contents(self.folder / "assets" / "assets.sqlite3")

    def states(self) -> list[str]:
        """The states of all executions, oldest first."""
        with sqlite3.connect(self.folder / "assets" / "assets.sqlite3") as connection:
            rows = connection.execute("SELECT state FROM executions ORDER BY number").fetchall()
        connection.close()
        return [state for (state,) in rows]

    def _hit_once(self) -> bool:
        """Let the importer work for a moment, then kill it or the server; True if it was done."""
        importer = self._import("none")
        deadline = time.monotonic() + 0.6 + self._chance.random() * 0.9
        while time.monotonic() < deadline:
            if importer.poll() is not None:
                _finished(importer)
                return True
            time.sleep(0.01)
        if self._chance.random() < 0.3:  # every third hits the server
            self.counted["server"] += 1
            _kill(self._server)
            self._server = self._start_server()
        else:
            self.counted["importer"] += 1
        _kill(importer)
        return False

    def _go_on_to_the_end(self) -> None:
        _finished(self._import("none"))

    def _told(self) -> dict[str, Any]:
        shown = subprocess.run(  # our own command line
            [sys.executable, "-m", "assetferry", "runs", "show", "latest", "--json"],
            env=self._environ,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(shown.stdout)

    def _import(self, progress: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 # ditto
            [sys.executable, "-m", "assetferry", "run", "chaos.toml", "--progress", progress],
            cwd=self.folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _start_service(self) -> "subprocess.Popen[bytes]":
        service = subprocess.Popen(  # noqa: S603 # ditto
            [
                *(sys.executable, "-m", "assetferry.demo.service"),
                *("--devices", str(self.devices), "--port", str(self._service_port)),
                *("--token-env", "INVENTORY_TOKEN", "--latency-ms", str(self.latency_ms)),
            ],
            env=self._environ,
            stdout=subprocess.PIPE,
        )
        assert service.stdout is not None
        assert service.stdout.readline(), "the service did not start"
        return service

    def _start_server(self) -> "subprocess.Popen[bytes]":
        server = subprocess.Popen(  # noqa: S603 # ditto
            [
                *(sys.executable, "-m", "assetferry", "assets", "--json"),
                *("--port", str(self._assets_port), "--data", str(self.folder / "assets")),
            ],
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        lines = [server.stdout.readline()]
        while lines[-1] != b"}\n":
            assert lines[-1], "the Assets server did not start"
            lines.append(server.stdout.readline())
        self._announced = json.loads(b"".join(lines))
        return server

    def _provision(self) -> None:
        from assetferry.demo.definition import render  # noqa: PLC0415 # loaded where it is used

        made = self._announced["made"]
        self._environ["ASSETS_TOKEN"] = made["token"]
        text = render(
            f"http://127.0.0.1:{self._assets_port}", f"http://127.0.0.1:{self._service_port}"
        )
        text = text.replace("page_size = 500", "page_size = 100")
        (self.folder / "chaos.toml").write_text(f"{text}\n[limits]\n{self.limits}\n")

    def _stop_all(self) -> None:
        for process in (self._service, self._server):
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)


def _finished(importer: "subprocess.Popen[bytes]") -> None:
    out, err = importer.communicate(timeout=PATIENCE_S)
    assert importer.returncode == 0, f"{importer.returncode}\n{out}\n{err}"


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill -9 a process, and close its pipes."""
    process.kill()
    process.communicate()


def contents(database: Path) -> list[tuple[str, str, str]]:
    """Read a local Assets server's objects so that two servers can be compared."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    names = dict(connection.execute("SELECT id, name FROM attributes"))
    labels = dict(connection.execute("SELECT id, label FROM objects"))
    references: dict[int, list[tuple[str, str]]] = {}
    for one, attribute, target in connection.execute(
        "SELECT object_id, attribute_id, target_id FROM object_references"
    ):
        references.setdefault(one, []).append((names[attribute], labels[target]))
    found = [
        (
            type_name,
            label,
            json.dumps(
                [
                    {names[int(key)]: value for key, value in json.loads(attributes).items()},
                    sorted(references.get(id_, [])),
                ],
                sort_keys=True,
            ),
        )
        for id_, type_name, label, attributes in connection.execute(
            "SELECT o.id, t.name, o.label, o.attributes FROM objects o"
            " JOIN object_types t ON t.id = o.object_type_id"
        )
    ]
    connection.close()
    return sorted(found)


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
    return port
