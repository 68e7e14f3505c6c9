import pytest
from yarl import URL

from assetferry.outbound.egress import Egress
from assetferry.outbound.errors import BadAddress, EgressDenied

ALLOW = [
    "inventory.example.com",
    "api.example.com:8443",
    "*.partner.example",
    "127.0.0.1:8700",
    "10.20.0.0/16",
    "münchen.example",
]


@pytest.mark.parametrize(
    "url",
    [
        "https://inventory.example.com/x",
        "https://INVENTORY.example.com./x",
        "http://inventory.example.com:81/x",
        "https://api.example.com:8443/",
        "https://a.b.partner.example/",
        "http://127.0.0.1:8700/",
        "http://[::ffff:127.0.0.1]:8700/",
        "https://10.20.3.4/",
        "https://xn--mnchen-3ya.example/",
    ],
)
def test_what_the_list_names_may_be_requested(url: str) -> None:
    """Every form of entry allows what it says, in any spelling of the host."""
    Egress.of(ALLOW).check(URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://evil-inventory.example.com/",
        "https://inventory.example.com.evil.net/",
        "https://api.example.com/",
        "https://partner.example/",
        "https://notpartner.example/",
        "http://a.partner.example/",
        "http://127.0.0.1:9000/",
        "http://127.0.0.2:8700/",
        "https://10.21.0.1/",
        "https://169.254.169.254/",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    """A host that is merely similar, another port, or http under a wildcard does not pass."""
    with pytest.raises(EgressDenied, match=r"\[egress\] allow"):
        Egress.of(ALLOW).check(URL(url))


@pytest.mark.parametrize(
    "entry", ["*", "*.", "", "https://host", "host/path", "user@host", "10.20.0.1/16", "*.1.2.3.4"]
)
def test_an_entry_that_means_nothing_is_an_error(entry: str) -> None:
    """A mistake in the allow-list is told, not read as something wider."""
    with pytest.raises(BadAddress, match="egress"):
        Egress.of([entry])


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("inventory.example.com", "93.184.215.14", True),
        ("inventory.example.com", "10.20.9.9", True),
        ("inventory.example.com", "10.21.9.9", False),
        ("inventory.example.com", "127.0.0.2", False),
        ("inventory.example.com", "169.254.169.254", False),
        ("inventory.example.com", "fe80::1%eth0", False),
        ("inventory.example.com", "::ffff:10.21.0.1", False),
        ("inventory.example.com", "224.0.0.1", False),
        ("inventory.example.com", "0.0.0.0", False),  # noqa: S104 (an address to refuse)
        ("inventory.example.com", "169.254.0.1", False),
        ("inventory.example.com", "100.64.0.1", False),
        ("inventory.example.com", "::", False),
        ("inventory.example.com", "fd00::1", False),
        ("inventory.example.com", "fec0::1", False),
        ("inventory.example.com", "ff02::1", False),
        ("inventory.example.com", "::127.0.0.1", False),
        ("inventory.example.com", "64:ff9b::127.0.0.1", False),
        ("inventory.example.com", "64:ff9b::93.184.215.14", True),
        ("inventory.example.com", "64:ff9b:1::5db8:d70e", False),
        ("inventory.example.com", "2002:7f00:1::1", False),
        ("inventory.example.com", "2002:5db8:d70e::1", True),
        ("inventory.example.com", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("inventory.example.com", "not-an-address", False),
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("localhost", "192.168.0.1", False),
    ],
)
def test_a_name_may_lead_to_public_and_named_addresses_only(
    host: str, address: str, *, allowed: bool
) -> None:
    """DNS cannot point an allowed name at a machine of ours unless its network is listed."""
    egress = Egress.of(ALLOW)
    if allowed:
        egress.check_address(host, address)
    else:
        with pytest.raises(EgressDenied):
            egress.check_address(host, address)
