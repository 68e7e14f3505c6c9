"""Where connections really go: names that lead elsewhere, addresses in disguise, redirects."""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import BadAddress, EgressDenied, Unreachable
from hosting import answer, answering, host

NAME = "inventory.example.com"


class Dns(AbstractResolver):
    """Gives one set of addresses after the other, and the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = answers, 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        _ = family
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """Rebinding: what was checked is what is connected to; the next answer is checked as well."""
    outer, seen_outside = answering(answer(b"outside", "200 OK", "Connection: close"))
    inner, seen_inside = answering(answer(b"inside"))
    async with host(outer, address="127.0.0.2") as url:
        port = urlsplit(url).port or 0
        async with host(inner, address="127.0.0.3", port=port):
            dns = Dns(["127.0.0.2"], ["127.0.0.3"])
            allow = [NAME, "127.0.0.2/32"]
            async with Outbound(allow, resolver=dns) as out:
                response = await out.request("GET", f"http://{NAME}:{port}/")
                assert (response.body, dns.asked) == (b"outside", 1)
            async with Outbound(allow, resolver=dns) as out:
                with pytest.raises(EgressDenied, match=r"127\.0\.0\.3"):
                    await out.request("GET", f"http://{NAME}:{port}/")
    assert (len(seen_outside), len(seen_inside)) == (1, 0)


@pytest.mark.parametrize("inside", ["127.0.0.3", "::1", "::ffff:127.0.0.3", "169.254.169.254"])
async def test_one_bad_address_among_good_ones_refuses_the_name(inside: str) -> None:
    """Otherwise a refused connection to the first would lead to the second."""
    speak, seen = answering(answer(b"outside"))
    async with host(speak, address="127.0.0.2") as url:
        dns = Dns(["127.0.0.2", inside])
        async with Outbound([NAME, "127.0.0.2/32"], resolver=dns) as out:
            with pytest.raises(EgressDenied):
                await out.request("GET", url.replace("127.0.0.2", NAME))
    assert seen == []


DISGUISES = [
    "2130706433",  # 127.0.0.1 in decimal
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[::1]",
    "0",
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "localhost",
]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("how", ["asked", "redirected"])
async def test_loopback_in_disguise_is_not_reached(disguise: str, how: str) -> None:
    """No spelling of an address leads to a machine that is not on the list."""
    inner, seen = answering(answer(b"inside"))
    async with host(inner) as url:
        port = urlsplit(url).port or 0
        target = f"http://{disguise}:{port}/"
        location = f"Location: {target}".encode().decode("latin-1")
        outer, _ = answering(answer(b"", "302 Found", location))
        async with (
            host(outer, address="127.0.0.2") as outside,
            Outbound(["127.0.0.2"]) as out,
        ):
            with pytest.raises((EgressDenied, BadAddress)):
                await out.request("GET", target if how == "asked" else outside, follow=True)
    assert seen == []


@pytest.mark.parametrize("disguise", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
async def test_a_disguise_on_the_list_is_resolved_and_refused(disguise: str) -> None:
    """As a name it may be listed; the address that the system reads in it is checked all the same.

    Without a way to read it, it does not resolve: either way nothing is reached.
    """
    inner, seen = answering(answer(b"inside"))
    async with host(inner) as url, Outbound([disguise]) as out:
        with pytest.raises((EgressDenied, Unreachable, BadAddress)):
            await out.request("GET", url.replace("127.0.0.1", disguise))
    assert seen == []


async def test_a_redirect_to_a_name_that_leads_inside_is_refused() -> None:
    """The second host is resolved and checked as the first was, though it is on the list."""
    inner, seen = answering(answer(b"inside"))
    async with host(inner, address="127.0.0.3") as url:
        there = url.replace("127.0.0.3", "other.example.com")
        outer, _ = answering(answer(b"", "302 Found", f"Location: {there}"))
        async with host(outer, address="127.0.0.2") as outside:
            dns = Dns(["127.0.0.2"], ["127.0.0.3"])
            allow = [NAME, "other.example.com", "127.0.0.2/32"]
            async with Outbound(allow, resolver=dns) as out:
                with pytest.raises(EgressDenied, match=r"other\.example\.com"):
                    await out.request("GET", outside.replace("127.0.0.2", NAME), follow=True)
    assert seen == []
