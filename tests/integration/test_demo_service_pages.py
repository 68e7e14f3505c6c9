"""The demo service over real HTTP: every kind of pages gives all devices once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from assetferry.demo.inventory import devices
from assetferry.demo.service import Options, create_app
from assetferry.demo.serving import Serving

ALL = [each.serial for each in devices(0, 103)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Serving(create_app(Options(devices=103))) as serving:
        yield serving.url


async def get(url: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.json(), dict(answer.headers)


async def test_demo_service_offset_pages(url: str) -> None:
    """``skip`` and ``limit`` cut the list; beyond its end there is an empty page."""
    serials: list[str] = []
    for skip in range(0, 140, 20):
        status, body, _ = await get(f"{url}/api/devices?skip={skip}&limit=20")
        assert (status, body["total"]) == (200, 103)
        serials += [each["serial"] for each in body["devices"]]
    assert serials == ALL


async def test_demo_service_numbered_pages(url: str) -> None:
    """Pages count from 1, and the answer says how many there are."""
    serials: list[str] = []
    for page in range(1, 12):
        _, body, _ = await get(f"{url}/api/devices/pages?page={page}&per_page=10")
        assert (body["page"], body["pages"]) == (page, 11)
        serials += [each["serial"] for each in body["devices"]]
    assert serials == ALL


async def test_demo_service_cursor_pages(url: str) -> None:
    """Each answer names the next cursor; the last one names none."""
    serials: list[str] = []
    after: str | None = "0"
    while after is not None:
        _, body, _ = await get(f"{url}/api/devices/cursor?after={after}&limit=25")
        serials += [each["serial"] for each in body["devices"]]
        after = body["next"]
    assert serials == ALL


async def test_demo_service_linked_pages(url: str) -> None:
    """The ``Link`` header leads on, until the last page has none."""
    serials: list[str] = []
    link: str | None = f"<{url}/api/devices/linked?limit=30>"
    while link is not None:
        assert link.startswith(f"<{url}/")
        _, body, headers = await get(link[1 : link.index(">")])
        serials += [each["serial"] for each in body]
        link = headers.get("Link")
    assert serials == ALL


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/devices?limit=0", 400),
        ("/api/devices?limit=10001", 400),
        ("/api/devices?skip=-1", 400),
        ("/api/devices?skip=many", 400),
        ("/api/devices/pages?page=0", 400),
        ("/api/devices/cursor?after=x", 400),
        ("/api/devices/104", 404),
        ("/api/devices/0", 404),
        ("/api/nothing", 404),
    ],
)
async def test_demo_service_refuses_in_json(url: str, path: str, status: int) -> None:
    """A wrong parameter is refused with a reason, never cut or guessed."""
    found, body, _ = await get(url + path)
    assert found == status
    assert body["error"]


async def test_demo_service_one_device(url: str) -> None:
    """A device by its number is the one of the list."""
    _, body, _ = await get(f"{url}/api/devices/7")
    assert body["serial"] == ALL[6]


async def test_demo_service_wants_its_token() -> None:
    """With a token set, calls without it get 401, and the token is in no repr."""
    options = Options(devices=3, token="open-sesame")
    assert "sesame" not in repr(options)
    with Serving(create_app(options)) as serving:
        for headers in (
            {},
            {"Authorization": "Bearer open-sesam"},
            {"Authorization": "open-sesame"},
        ):
            status, _, answered = await get(f"{serving.url}/api/devices", **headers)
            assert (status, answered["WWW-Authenticate"]) == (401, "Bearer")
        status, body, _ = await get(
            f"{serving.url}/api/devices", Authorization="Bearer open-sesame"
        )
        assert (status, len(body["devices"])) == (200, 3)


async def test_demo_service_takes_its_time() -> None:
    """The latency is the least that an answer takes."""
    with Serving(create_app(Options(devices=1, latency=0.05))) as serving:
        began = time.monotonic()
        await get(f"{serving.url}/api/devices")
        assert time.monotonic() - began >= 0.05


async def test_demo_service_as_a_process() -> None:
    """The process says where it listens, serves at once, and ends cleanly on SIGTERM."""
    command = [sys.executable, "-m", "assetferry.demo.service", "--devices", "5"]
    with subprocess.Popen(  # noqa: ASYNC220, S603 - our own interpreter; its line is awaited
        [*command, "--token-env", "DEMO_TOKEN"],
        stdout=subprocess.PIPE,
        env={**os.environ, "DEMO_TOKEN": "t"},
    ) as process:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        status, body, _ = await get(f"{announced['url']}/api/devices", Authorization="Bearer t")
        process.send_signal(signal.SIGTERM)
    assert (status, body["total"]) == (200, 5)
    assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--token-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (["--devices", "-1"], "--devices"),
        (["--latency-ms", "-1"], "--latency-ms"),
    ],
)
def test_demo_service_process_refuses_bad_options(options: list[str], says: str) -> None:
    """A wrong option ends the process with 2 and a line that names it."""
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "assetferry.demo.service", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert says in ended.stderr
