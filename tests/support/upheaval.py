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
import urllib.request
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import repeating_service

PATIENCE_S = 600.0
_LOOK_S = 0.005
_SLOW = {"POST executions": 0.4, "POST data": 0.2, "GET status": 0.4}
"""Seconds that these calls take under fire: in each state there is time to be killed in."""


@dataclass(frozen=True)
class Moment:
    """How far an import was at some moment, by its ledger."""

    state: str = ""
    records: int = 0
    in_hand: int = 0
    """Chunks that somebody was reading or sending."""


@dataclass
class Upheaval:
    """One import of ``devices`` devices, with ``kills`` kills on the way."""

    folder: Path
    devices: int
    kills: int
    seed: int
    counted: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Kills by what was killed and the state that the run was in."""
    cut_off: int = 0
    """Reads and sends that were under way when their importer or the server was killed."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._chance = random.Random(self.seed)  # noqa: S311 # moments, not secrets
        self._assets_port, self._service_port = _free_port(), _free_port()
        self._environ = os.environ | {
            "ASSETFERRY_DATA_DIR": str(self.folder / "data"),
            "INVENTORY_TOKEN": "let-me-in",
        }
        aside = max(1, self.kills // 12) if self.kills else 0
        self._left = Counter({"STARTING": aside, "COMPLETING": aside, "PROCESSING": aside})
        self._left["INGESTING"] = self.kills - 3 * aside
        self._apart = self.devices // max(1, self._left["INGESTING"] + 1)
        """Records between two kills, so that all of them come off before the end."""
        self._next = 0

    def play(self) -> dict[str, Any]:
        """Import under fire; give the end of the run as ``runs show`` tells it."""
        with ExitStack() as stack:
            stack.callback(self._stop_all)
            self._service = self._start_service()
            self._server = self._start_server()
            self._provision()
            importer = self._import()
            while not self._ended(importer):
                if self._to_be_hit():
                    importer = self._hit(importer)
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

    def killed(self, what: str) -> int:
        """Count the kills of importers or of servers."""
        return sum(number for (one, _), number in self.counted.items() if one == what)

    def _ended(self, importer: "subprocess.Popen[bytes]") -> bool:
        time.sleep(_LOOK_S)
        if importer.poll() is None:
            return False
        out, err = importer.communicate()
        assert importer.returncode == 0, f"{importer.returncode}\n{out.decode()}\n{err.decode()}"
        return True

    def _to_be_hit(self) -> bool:
        if not self._left.total():
            return False
        now = self._moment = self._seen()
        if not self._left[now.state]:
            return False
        # In the other states one look in eight hits, so that it is any moment of them.
        return (
            now.records >= self._next if now.state == "INGESTING" else not self._chance.randrange(8)
        )

    def _hit(self, importer: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        """Kill the importer, or the server while the importer goes on; give who imports now."""
        now = self._moment
        what = "server" if self._chance.random() < 0.3 else "importer"  # a third
        self.counted[what, now.state] += 1
        self._left[now.state] -= 1
        self._next = now.records + int(self._apart * (0.5 + self._chance.random() / 2))
        self.cut_off += now.in_hand
        if what == "importer":
            _kill(importer)
            return self._import()
        _kill(self._server)
        self._server = self._start_server()
        self._slow_down()
        return importer

    def _seen(self) -> Moment:
        file = self.folder / "data" / "ledger.db"
        try:
            connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        except sqlite3.OperationalError:
            return Moment()
        try:
            found = connection.execute(
                "SELECT state, (SELECT coalesce(sum(records_read), 0) FROM streams),"
                " (SELECT count(*) FROM chunks WHERE lease_until IS NOT NULL) FROM runs"
            ).fetchone()
        except sqlite3.OperationalError:  # not made yet
            return Moment()
        finally:
            connection.close()
        return Moment(*found) if found else Moment()

    def _slow_down(self) -> None:
        for route, seconds in _SLOW.items() if self.kills else ():
            fault = {"kind": "delay", "route": route, "seconds": seconds, "times": None}
            request = urllib.request.Request(
                f"http://127.0.0.1:{self._assets_port}/_local/faults",
                data=json.dumps(fault).encode(),
                headers={"Content-Type": "application/json"},
            )
            urllib.request.urlopen(request).close()

    def _told(self) -> dict[str, Any]:
        shown = subprocess.run(  # our own command line
            [sys.executable, "-m", "assetferry", "runs", "show", "latest", "--json"],
            env=self._environ,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(shown.stdout)

    def _import(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # ditto
            [sys.executable, "-m", "assetferry", "run", "chaos.toml", "--progress", "none"],
            cwd=self.folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _start_service(self) -> "subprocess.Popen[bytes]":
        service = subprocess.Popen(  # noqa: S603 # ditto
            [
                *(sys.executable, repeating_service.__file__),
                *("--devices", str(self.devices), "--port", str(self._service_port)),
                *("--token-env", "INVENTORY_TOKEN"),
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
        chunk = max(50, self.devices // 1000)
        text = text.replace("page_size = 500", f"page_size = {chunk}")
        text = text.replace('where = "kind', 'find_duplicates = true\nwhere = "kind')
        limits = f"chunk_records = {chunk}\nreads = 2\nsends = 2\nmax_attempts = 50"
        (self.folder / "chaos.toml").write_text(f"{text}\n[limits]\n{limits}\n")
        self._slow_down()

    def _stop_all(self) -> None:
        for process in (self._service, self._server):
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)


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
