"""R7 through real processes: one imports, another cancels, and a proxy hears what is asked then."""

import re
from pathlib import Path
from typing import Any

import pytest

from broken_network import Network, laptops
from commands import ended, until
from fault_proxy import FaultProxy
from upheaval import contents

MOMENTS = {
    "the token is asked whose it is": ("assets", "GET .*/imports/info", 1),
    "the mapping is sent": ("assets", "PUT .*/mapping", 1),
    "the execution is started": ("assets", "POST .*/executions", 1),
    "the first page is read": ("source", "GET /offset", 1),
    "a page in the middle is read": ("source", "GET /offset", 3),
    "a chunk is sent": ("assets", "POST .*/data", 2),
}
CLOSING = re.compile(
    r"GET \S+/executions/status|POST \S+/executions/\S+/history/failed|DELETE \S+/executions/\S+"
)
"""All that a cancelled run may still ask: what a lost start made, and that it be closed."""


def story(network: Network) -> dict[str, Any]:
    """What another process sees of the run."""
    found: dict[str, Any] = network.ferry.run("runs", "show", "latest", "--json").json
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_r07_after_a_cancel_nothing_goes_out_but_the_remote_cancel(
    tmp_path: Path, moment: str
) -> None:
    """It comes while a request is on its way, and reaches the process that waits for the answer."""
    place, pattern, number = MOMENTS[moment]
    network = Network(
        tmp_path,
        "held",
        place,
        records=laptops(60),
        rate=0.0,
        certain=number,
        eligible=lambda method, path: (
            re.fullmatch(pattern, f"{method} {path}".split("?")[0]) is not None
        ),
        limits="chunk_records = 10\nreads = 1\nsends = 1",
    )
    with network.up():
        proxies = list(network.before.values())
        importer = network.ferry.start("run", str(network.file), "--progress", "none")
        until(lambda: network.before[place].strikes == 1, "the request that is held back")
        canceller = network.ferry.start("runs", "cancel", "latest")
        until(lambda: story(network)["state"] in ("CLOSING", "CANCELLED"), "the cancel")
        before = [len(proxy.log) for proxy in proxies]
        network.before[place].release()
        for process in (importer, canceller):
            end = ended(process)
            assert "CANCELLED" in end.out, end.err
        asked = after(proxies, before)
        assert all(CLOSING.fullmatch(one) for one in asked), asked
        assert set(network.site.states()) <= {"CANCELLED"}, network.site.states()
        assert contents(tmp_path / "assets" / "assets.sqlite3") == []


def after(proxies: list[FaultProxy], before: list[int]) -> list[str]:
    """What came to the proxies since."""
    return [one for proxy, seen in zip(proxies, before, strict=True) for one in proxy.log[seen:]]
