"""The database server gives up in the middle of any one transition; the import goes on by itself.

Each play is the command line in this process. The server really refuses, or really ends the
connection; where an answer is lost, the transaction has been committed before.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, text
from starlette.responses import Response

from assetferry.cli import main
from assetferry.cli.exits import Exit
from assetferry.engine import attendance
from assetferry.engine import lane as lane_module
from assetferry.engine.backoff import Backoff
from assetferry.ledger.claim import LEASE_S
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.postgres import PostgresLedger
from assetferry.local_assets.server import LocalAssets
from definitions import EMPLOYEE, LAPTOP, definition, source
from imports import Site
from third_party import ThirdParty, laptop

REFUSED = {
    "disk full": "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
    "cut off": "SELECT pg_terminate_backend(pg_backend_pid())",
}
ANSWER_LOST = "answer lost"
TRIED = {
    *("transition", "identify", "note_post", "record_execution", "remember_push", "take_turn"),
    *("open_streams", "stage", "submitted", "retry_chunk", "split", "quarantine_chunk"),
    *("begin_completion", "completed", "record_result", "end_run"),
}
SPARED = {"disk full": TRIED - {"transition", "note_post", "stage", "submitted", "end_run"}}
"""To the engine it is the same as being cut off."""
WHOLE = bool(os.environ.get("FAULTS_WHOLE"))


class Outage:
    """Strikes one transition, by its name, once: at its end, so that everything has to be undone.

    Or after its commit, where the answer is lost.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.kind = ""
        self.strikes: str | None = None
        self.struck = 0
        self.seen = Counter[str]()
        run = PostgresLedger.run

        async def watched(
            ledger: PostgresLedger, transition: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Any:
            name = transition.__name__
            self.seen[name] += 1
            if name != self.strikes:
                return await run(ledger, transition, *args, **kwargs)
            self.strikes = None
            self.struck += 1
            if self.kind == ANSWER_LOST:
                await run(ledger, transition, *args, **kwargs)
                raise LedgerBusy("The answer to the commit was lost.")

            def spoilt(connection: Connection) -> None:
                transition(connection, *args, **kwargs)
                connection.execute(text(REFUSED[self.kind]))

            return await run(ledger, spoilt)

        patch.setattr(PostgresLedger, "run", watched)


@pytest.mark.parametrize("kind", [*REFUSED, ANSWER_LOST])
def test_an_import_outlives_an_outage_at_any_transition(
    kind: str,
    assets_server: LocalAssets,
    third_party: ThirdParty,
    third_party_url: str,
    postgres_ledger_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Same objects, one completed execution. Only a command that has not begun yet ends with it."""
    third_party.records = [laptop(number) for number in range(12)]
    del third_party.records[5]["serial"]
    monkeypatch.setattr(attendance, "Backoff", partial(Backoff, first_s=0.001, longest_s=0.01))
    monkeypatch.setattr(lane_module, "_BUSY_S", 0.05)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    monkeypatch.setenv("ASSETFERRY_DATABASE_URL", postgres_ledger_url)
    outage = Outage(monkeypatch)
    outage.kind = kind
    file = tmp_path / "hardware.toml"
    file.write_text(
        definition(
            assets_server.url,
            source(third_party_url, page_size=4),
            types=LAPTOP + EMPLOYEE,
            limits=f'chunk_records = 4\n[limits.hosts."{third_party_url[7:]}"]\nper_minute = 60000',
            safety='max_quarantined = "50%"',
            service_url=third_party_url,
        )
    )

    def play(strikes: str | None) -> tuple[list[list[str]], list[str]]:
        site = Site(assets_server, assets_server.new_source("Hardware"))
        monkeypatch.setenv("ASSETS_TOKEN", site.made.token)
        site.fault("entry", selector="laptop", field="serial_number", value="SN-000007")
        third_party.answers.clear()
        third_party.answers.extend([None, Response(status_code=500)])
        outage.strikes = strikes
        command = ["run", str(file), "--progress", "none"]
        ended = CliRunner().invoke(main, command)
        if strikes == "transition" or (strikes not in TRIED and ended.exit_code == Exit.FAILED):
            # It had not begun to work on the run.
            assert ended.exit_code == Exit.FAILED
            assert "Traceback" not in ended.stderr
            assert kind != "disk full" or "Make free space there" in ended.stderr
            ended = CliRunner().invoke(main, command)
        assert ended.exit_code == Exit.PARTIAL, (strikes, ended.output)
        states = [state for state in site.states() if state != "CANCELLED"]
        return [site.labels(f"objectType = {one}") for one in ("Laptop", "Employee")], states

    whole = play(None)
    assert outage.seen.keys() >= TRIED
    assert whole[1] == ["DONE"]
    for name in sorted(outage.seen if WHOLE else TRIED - SPARED.get(kind, set())):
        before, began = outage.struck, time.monotonic()
        assert play(name) == whole, name
        assert outage.struck == before + 1, name
        assert time.monotonic() - began < LEASE_S, f"{name}: somebody waited for a lease's end"
