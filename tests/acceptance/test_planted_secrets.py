"""Secrets that are planted everywhere, and searched for in everything that is left behind.

The source is hostile: it gives back what it was sent, in bodies, redirects and links. Commands
log all they can. On both databases.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from checking import closed_port
from commands import PATIENCE_S
from definitions import LINK, definition, source
from dressing import dressed
from imports import Site
from third_party import ThirdParty

SOURCE = "planted/source+5f2c&9e"
PROXY = "planted-proxy-81d07a"
DATABASE = "planted-database-c4410b"
UNUSED = "planted-unused-7e9f33"
AUTHS = {
    "bearer": 'auth = { type = "bearer", token = "env:INVENTORY_TOKEN" }',
    "basic": 'auth = { type = "basic", username = "me", password = "env:INVENTORY_TOKEN" }',
    "header": 'auth = { type = "header", name = "X-Api-Key", value = "env:INVENTORY_TOKEN" }',
}
LOUD = """
import logging, sys
logging.basicConfig(level=1, stream=sys.stderr)
if "--crash" in sys.argv:
    sys.argv.remove("--crash")
    import assetferry.engine.reading as reading
    def crash(*_args, **_more):
        raise RuntimeError("a bug")
    reading.Chunking = crash
from assetferry.cli import main
main(prog_name="assetferry")
"""


@dataclass
class Loud:
    """The command line with everything logged, and all that it ever said."""

    environ: dict[str, str]
    said: list[str] = field(default_factory=list[str])

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 # our own command line
            [sys.executable, "-c", LOUD, *arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: "subprocess.Popen[str]") -> int:
        out, err = process.communicate(timeout=PATIENCE_S)
        self.said += [out, err]
        return process.returncode

    def run(self, *arguments: str) -> int:
        return self.ended(self.start(*arguments))


@pytest.fixture
def loud(database: dict[str, str], tmp_path: Path, site: Site) -> Loud:
    """Commands with planted secrets in their environment."""
    named = dict(database)
    if "ASSETFERRY_DATABASE_URL" in named:
        url = named["ASSETFERRY_DATABASE_URL"]
        named["ASSETFERRY_DATABASE_URL"] = url.replace("postgres@", f"postgres:{DATABASE}@", 1)
    inherited = {name: value for name, value in os.environ.items() if "ASSETFERRY" not in name}
    own = {
        "ASSETFERRY_DATA_DIR": str(tmp_path / "ledger"),
        "ASSETS_TOKEN": site.made.token,
        "INVENTORY_TOKEN": SOURCE,
        "PROXY": f"http://me:{PROXY}@127.0.0.1:{closed_port()}",
    }
    return Loud(inherited | own | named)


def left_behind(loud: Loud, site: Site, database: dict[str, str], folder: Path) -> dict[str, str]:
    """All texts that there are after all commands, by where they were found."""
    found = {f"what command {number} said": text for number, text in enumerate(loud.said)}
    found["the import history in Assets"] = json.dumps(site.history())
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix != ".toml":
            found[file.name] = file.read_bytes().decode("latin-1")
    if "ASSETFERRY_DATABASE_URL" in database:
        with psycopg.connect(database["ASSETFERRY_DATABASE_URL"]) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(table)))
                found[f"the table {table}"] = repr(rows.fetchall())
    return found


@pytest.mark.parametrize(
    ("database", "kind"),
    [("sqlite", "bearer"), ("postgres", "basic"), ("sqlite", "header")],
    indirect=["database"],
)
def test_planted_secrets_are_found_nowhere(
    loud: Loud,
    site: Site,
    database: dict[str, str],
    tmp_path: Path,
    third_party: ThirdParty,
    third_party_url: str,
    kind: str,
) -> None:
    """A whole import with failures of every sort leaves no secret in any output, row or file."""
    for record in third_party.records:
        record["ssn"] = UNUSED
    for record in third_party.records[15:18]:
        record["ram_gb"] = None
    text = definition(
        site.url,
        source(third_party_url, path="link", pages=LINK, page_size=None),
        limits="chunk_records = 10\nmax_attempts = 3",
        safety='max_quarantined = "50%"',
        service_url=third_party_url,
    ).replace(AUTHS["bearer"], AUTHS[kind])
    file = tmp_path / "hardware.toml"
    file.write_text(text)
    pair = base64.b64encode(f"me:{SOURCE}".encode()).decode()
    echo = f"You sent Authorization: Bearer {SOURCE}, Basic {pair} and X-Api-Key: {SOURCE}"
    forms = list(dressed(SOURCE).values())
    token = "Assets does not like " + " ".join(dressed(site.made.token).values())
    place = quote(SOURCE, safe="")

    third_party.answers.append(PlainTextResponse(" ".join(forms[::2]), 401))
    assert loud.run("run", str(file), "--progress", "plain") == 4
    assert loud.run("runs", "cancel", "latest") == 0

    third_party.answers.extend(
        [
            PlainTextResponse(" ".join(forms[1::2]), 500, headers={"X-Echo": echo}),
            RedirectResponse(f"/nowhere/{place}?key={place}&pair={quote(pair)}"),
            None,
            PlainTextResponse(echo, 200),
            Response(
                json.dumps({"devices": [{"serial": "SN-X", "name": "x", "ram_gb": 8}]}),
                headers={"Link": f'</link?from=20&key={place}>; rel="next"'},
            ),
        ]
    )
    site.fault("status", route="POST data", status=500, body=token)
    site.fault("status", route="POST data", status=400, body={"errorMessages": [token]}, skip=1)
    first = loud.run("run", str(file), "--progress", "json", "--json")
    assert first in (3, 4), loud.said[-1]
    assert loud.run("runs", "show", "latest", "--json") == 0
    loud.run("runs", "cancel", "latest")

    assert loud.run("run", str(file), "--crash") == 4
    assert "RuntimeError: a bug" in loud.said[-1]

    killed = loud.start("run", str(file), "--new", "--progress", "plain")
    asked = len(third_party.asked)

    def kill() -> None:
        if len(third_party.asked) > asked + 3:
            killed.send_signal(signal.SIGKILL)

    third_party.before = kill
    assert loud.ended(killed) == -signal.SIGKILL
    third_party.before = lambda: None
    early = left_behind(loud, site, database, tmp_path)  # the log of what was not yet in the file

    proxied = tmp_path / "proxied.toml"
    behind = text.replace("[egress]", '[egress]\nproxy = "env:PROXY"').replace("hardware", "other")
    proxied.write_text(behind.replace("max_attempts = 3", "max_attempts = 1"))
    assert loud.run("run", str(proxied), "--progress", "plain") == 4
    for command in ("show", "quarantine list", "quarantine export"):
        assert loud.run("runs", *command.split(), "latest") == 0
    assert loud.run("runs", "list", "--json") == 0
    assert loud.run("check", str(file)) in (0, 1, 2, 3)

    sent = [pair] if kind == "basic" else []
    planted = [PROXY, DATABASE, UNUSED, *sent]
    for secret in (SOURCE, site.made.token):
        planted += [one.strip('"=') for one in dressed(secret).values()]
    everything = left_behind(loud, site, database, tmp_path)
    everything |= {f"{where}, after the kill": text for where, text in early.items()}
    leaks = {
        f"{secret[:15]}… in {where}: {text[max(0, text.index(secret) - 90) :][:160]}"
        for secret in planted
        for where, text in everything.items()
        if secret in text
    }
    assert leaks == set()
    assert any("SN-0000" in text for text in everything.values()), "the search finds things"
