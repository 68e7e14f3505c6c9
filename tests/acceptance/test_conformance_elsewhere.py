"""The conformance suite on a site that it did not start: what it runs, leaves alone and prints."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.provisioning import Provisioned
from documents import ROOT


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[LocalAssets]:
    """A site that takes every repeat of a chunk as a chunk of its own."""
    with LocalAssets(Settings(port=0, dedupe="none")) as server:
        yield server


def suite(
    server: LocalAssets, made: Provisioned, *options: str
) -> "subprocess.CompletedProcess[str]":
    """Run the suite on a site, as one would on a tenant."""
    command = [
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/conformance"),
        *("--assets-url", server.url, "--workspace", made.workspace_id),
        *("--source", made.import_source_id, "-rN", *options),
    ]
    credentials = {
        "ASSETS_TOKEN": made.token,
        "ASSETS_EMAIL": made.email,
        "ASSETS_API_TOKEN": made.api_token,
    }
    return subprocess.run(  # noqa: S603 # our own interpreter
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | credentials,
    )


def history(server: LocalAssets, made: Provisioned) -> list[Any]:
    place = f"/_local/workspaces/{made.workspace_id}/importsources/{made.import_source_id}"
    with urllib.request.urlopen(f"{server.url}{place}/history") as answer:
        return json.load(answer)["values"]


def test_without_leave_to_write_nothing_is_written(elsewhere: LocalAssets) -> None:
    """What reads is run and agrees; what writes is left out, and the site is as it was."""
    made = elsewhere.new_source("Tenant")
    ran = suite(elsewhere, made)
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"\d+ passed, \d+ deselected", ran.stdout), ran.stdout
    assert history(elsewhere, made) == []


def test_what_differs_is_printed_as_a_table(elsewhere: LocalAssets) -> None:
    """With leave to write it finds what this site does otherwise, and that alone."""
    made = elsewhere.new_source("Tenant")
    ran = suite(elsewhere, made, "--write")
    assert ran.returncode == 1, ran.stdout
    table = ran.stdout.partition("what differs from the contract")[2]
    rows = re.findall(r"^(test_\S+)\s{2,}(\S+)\s{2,}(\S+)$", table, re.MULTILINE)
    assert rows == [("test_8_3_repeat_of_a_client_generated_id_is_harmless", "1", "4")], ran.stdout
    assert len(history(elsewhere, made)) > 100
    for secret in (made.token, made.api_token):
        assert secret not in ran.stdout
