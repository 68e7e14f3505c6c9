"""Who may use /_local/: callers from this machine, and no web page of somebody else's."""

import pytest

from assetferry.local_assets.routes.doorkeeper import objection

LOOPBACK = "127.0.0.1"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8700",
        "127.0.0.1",
        "127.9.9.9:1",
        "localhost:8700",
        "LOCALHOST",
        "localhost.:80",
        "assets.localhost:8700",
        "[::1]:8700",
        "[::1]",
    ],
)
def test_names_of_this_machine_are_let_in(host: str) -> None:
    """Every way to write a loopback address is one, with any port."""
    assert objection(host, None, bound=LOOPBACK) is None
    assert objection(host, f"http://{host}", bound=LOOPBACK) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8700",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "192.168.0.7:8700",
        "0.0.0.0:8700",
        "[::ffff:192.168.0.7]",
        "[::1",
        "evil.example@127.0.0.1.example",
    ],
)
def test_other_names_are_not(host: str) -> None:
    """A page whose name was rebound to this machine still sends its own name."""
    assert "--host" in (objection(host, None, bound=LOOPBACK) or "")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8700", "http://127.0.0.1:9000", ""]
)
def test_pages_of_another_origin_are_not(origin: str) -> None:
    """A browser names the page that asks, down to scheme and port."""
    assert objection("127.0.0.1:8700", origin, bound=LOOPBACK)
    assert objection("assets:8700", origin, bound="0.0.0.0")  # noqa: S104 - what a person may choose


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.168.0.7", "assets.example"])  # noqa: S104
def test_a_server_bound_elsewhere_is_reached_by_names_it_cannot_know(bound: str) -> None:
    """Who binds it to the network lets the network in, but still no foreign page."""
    assert objection("assets:8700", None, bound=bound) is None
    assert objection("assets:8700", "http://assets:8700", bound=bound) is None
