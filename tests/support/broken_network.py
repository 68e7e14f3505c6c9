"""Imports by the real command line through a network that fails, and what came of them."""

import json
import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from commands import Ended, Ferry
from definitions import EMPLOYEE, LAPTOP, definition, source
from fault_proxy import REFUSING_S, FaultProxy
from imports import Site
from judging import Outcome, judge
from third_party import Record, ThirdParty, laptop, serving
from upheaval import contents

__all__ = ["NAMED", "PLACES", "Network", "chunks_only", "laptops", "whatever"]

PLACES = ("source", "assets", "both")
_ENDS = {"DONE": 0, "FAILED": 1, "PARTIAL": 3, "HELD": 4}
NAMED = {
    "500": "answered 500",
    "429-days": "asks to wait for (55|56) hours",
    "429-far-date": "asks to wait for (55|56) hours",
    "html-200": "not JSON|with a web page",
    "empty-200": "not JSON",
    "reset-request": "broke before the whole answer",
    "timeout": "longer than time_limit",
    "refused": "cannot be reached",
    "reset": "broke before the whole answer",
    "drip": "longer than time_limit",
    "truncated-json": "not JSON",
    "truncated-body": "broke before the whole answer",
    "lost": "broke before the whole answer",
}
"""By which words a reason tells of a fault. What is not here heals before anybody hears of it."""


def whatever(_method: str, path: str) -> bool:
    """Strike at any request but those of the tests themselves."""
    return not path.startswith("/_local/")


def chunks_only(method: str, path: str) -> bool:
    """Strike where chunks are read and sent: of these alone the definition bounds the time."""
    return path.startswith("/offset") or (method == "POST" and path.endswith("/data"))


@dataclass
class Network:
    """A source and an Assets server, each behind a proxy that may strike."""

    folder: Path
    kind: str
    place: str
    dedupe: Any = "first"
    records: list[Record] = field(default_factory=list[Record])
    rate: float = 0.05
    certain: int = 4
    seed: int = 11
    eligible: Callable[[str, str], bool] = whatever
    away_s: float = REFUSING_S
    more: str = ""
    """Further lines of the definition."""
    limits: str = 'chunk_records = 10\nreads = 6\nsends = 6\nmax_attempts = 20\ntime_limit = "3 s"'

    @contextmanager
    def up(self) -> Generator["Network"]:
        """Start everything; the idle proxy too."""
        settings = Settings(port=0, data=self.folder / "assets", dedupe=self.dedupe)
        with ExitStack() as stack:
            server = stack.enter_context(LocalAssets(settings))
            self.site = Site(server, server.new_source("Hardware"))
            serves = stack.enter_context(serving(ThirdParty(records=self.records)))
            self.before = {
                side: stack.enter_context(self._proxy(number, side, url))
                for number, (side, url) in enumerate(
                    (("source", serves.url), ("assets", server.url))
                )
            }
            self.file = self.folder / "hardware.toml"
            self.file.write_text(self._definition())
            tokens = {"ASSETS_TOKEN": self.site.made.token, "INVENTORY_TOKEN": "let-me-in"}
            self.ferry = Ferry(self.folder / "data", tokens)
            yield self

    def _proxy(self, number: int, side: str, url: str) -> FaultProxy:
        strikes = self.place in (side, "both")
        return FaultProxy(
            upstream=url,
            kind=self.kind,
            rate=self.rate if strikes else 0.0,
            certain=self.certain if strikes else 0,
            seed=self.seed + number,
            eligible=self.eligible,
            away_s=self.away_s,
        )

    def _definition(self) -> str:
        url = self.before["source"].url
        return definition(
            self.before["assets"].url,
            source(url),
            types=LAPTOP + EMPLOYEE,
            limits=self.limits,
            safety=f"min_records = 1\n{self.more}",
            service_url=url,
        )

    def run(self, *, patience: float) -> Ended:
        """Run to the end or a hold, or tell what the run was waiting for all the time."""
        process = self.ferry.start("run", str(self.file), "--json", "--progress", "none")
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(self.ferry.run("runs", "show", "latest").out) from None
        return Ended(process.returncode, out, err)

    def outcome(self, story: dict[str, Any]) -> Outcome:
        """Look at a run from the other two sides as well."""
        return Outcome(
            story=story,
            objects=contents(self.folder / "assets" / "assets.sqlite3"),
            history=self.site.history(),
        )

    def judged(self, end: Ended) -> str:
        """Judge what the command claims: by its exit code, and by the story that it tells."""
        assert "Traceback" not in end.err, end.err
        fault = NAMED.get(self.kind, "no such reason")
        found = judge(self.outcome(json.loads(end.out)), self.records, fault=fault)
        assert end.code == _ENDS[found], f"{found}\n{end.out}\n{end.err}"
        return found

    def cancel(self) -> None:
        """Cancel what is held: nothing of it may stay open in Assets."""
        for proxy in self.before.values():
            proxy.rate, proxy.certain = 0.0, 0
        told = self.ferry.run("runs", "cancel", "latest")
        assert told.code == 0, told.err
        assert set(self.site.states()) <= {"CANCELLED"}, self.site.states()

    @property
    def strikes(self) -> dict[str, int]:
        """How often each proxy has struck."""
        return {side: proxy.strikes for side, proxy in self.before.items()}

    def struck(self, *, everywhere: bool) -> bool:
        """Tell whether every proxy has struck that was to strike, or at least one."""
        struck = [self.strikes[side] > 0 for side in self.before if self.place in (side, "both")]
        return all(struck) if everywhere else any(struck)


def laptops(number: int) -> list[Record]:
    """So many records."""
    return [laptop(one) for one in range(number)]
