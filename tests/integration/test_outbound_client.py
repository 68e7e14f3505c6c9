import asyncio
import gzip
import logging
import socket
import ssl

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import (
    AnswerTooLarge,
    BadAddress,
    CertificateUntrusted,
    EgressDenied,
    Interrupted,
    ProxyRefused,
    TooManyRedirects,
    Unreachable,
)
from assetferry.outbound.limits import Limits, Timeouts
from hosting import PEM, Speak, answer, answering, host


async def test_an_answer_is_read_whole() -> None:
    """Status, headers (in any case, repeated ones joined) and body arrive as sent."""
    speak, heads = answering(answer(b"hello", "418 Odd", "Link: <a>", "LINK: <b>"))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        response = await out.request("get", url + "/p%2Fq?x=1&y=2", params={"x": "5 6"})
    assert (response.status, response.body) == (418, b"hello")
    assert response.header("Link") == "<a>, <b>"
    assert heads[0].startswith(b"GET /p%2Fq?x=5+6&y=2 HTTP/1.1")


async def test_a_post_without_a_body_has_no_content_type() -> None:
    """Assets is sent no media type for a body that does not exist."""
    speak, heads = answering(answer(b""))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        await out.request("POST", url)
    assert b"content-type" not in heads[0].lower()


async def test_redirects_are_answers_by_default() -> None:
    """A 303 of the mapping call must be seen, not followed."""
    speak, heads = answering(answer(b"", "303 See Other", "Location: /progress"))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        response = await out.request("PUT", url, body=b"{}")
    assert (response.status, len(heads)) == (303, 1)


async def test_every_hop_of_a_redirect_is_checked() -> None:
    """An allowed host cannot send us to one that is not allowed."""
    speak, _ = answering(answer(b"", "302 Found", "Location: http://127.0.0.2:1/"))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        with pytest.raises(EgressDenied, match=r"127\.0\.0\.2"):
            await out.request("GET", url, follow=True)


async def test_a_redirect_to_another_origin_leaves_the_key_behind() -> None:
    """The second host sees the request without the credentials of the first."""
    second, seen = answering(answer(b"there"))
    async with host(second) as there:
        first, _ = answering(answer(b"", "302 Found", f"Location: {there}/x"))
        async with host(first) as here, Outbound(["127.0.0.1"]) as out:
            response = await out.request("GET", here, headers={"X-Key": "sesame"}, follow=True)
    assert response.body == b"there"
    assert response.url == there + "/x"
    assert b"sesame" not in seen[0]


async def test_a_ring_of_redirects_ends() -> None:
    """A host that redirects to itself for ever is an error after a few hops."""
    speak, heads = answering(answer(b"", "302 Found", "Location: /"))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        with pytest.raises(TooManyRedirects):
            await out.request("GET", url, follow=True)
    assert len(heads) == 6


async def test_a_closed_port_is_unreachable() -> None:
    """Where no connection was made, nothing can have happened."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with Outbound(["127.0.0.1"]) as out:
            with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
                await out.request("POST", f"http://127.0.0.1:{port}/", body=b"x")


async def reset(head: bytes, writer: asyncio.StreamWriter) -> None:
    _ = head
    writer.transport.abort()


async def cut(head: bytes, writer: asyncio.StreamWriter) -> None:
    _ = head
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()


async def babble(head: bytes, writer: asyncio.StreamWriter) -> None:
    _ = head
    writer.write(b"not http at all\r\n\r\n")
    await writer.drain()
    writer.close()


async def silence(head: bytes, writer: asyncio.StreamWriter) -> None:
    _ = head, writer


async def bad_gzip(head: bytes, writer: asyncio.StreamWriter) -> None:
    _ = head
    writer.write(answer(b"no gzip", "200 OK", "Content-Encoding: gzip"))
    await writer.drain()


@pytest.mark.parametrize("speak", [reset, cut, babble, silence, bad_gzip])
async def test_a_broken_exchange_may_have_happened(speak: Speak) -> None:
    """Reset, truncated body, no HTTP, silence: each is told apart from 'nothing was sent'."""
    async with host(speak) as url, Outbound(["127.0.0.1"], timeouts=Timeouts(read=0.2)) as out:
        with pytest.raises(Interrupted):
            await out.request("POST", url + "/?key=sesame", body=b"x")


async def test_a_request_may_bound_its_own_time() -> None:
    """The time-out of one request overrules the longer one of all."""
    async with host(silence) as url, Outbound(["127.0.0.1"]) as out:
        with pytest.raises(Interrupted, match="in time"):
            await out.request("GET", url, timeout=0.1)


async def test_a_compressed_answer_is_bounded_by_its_true_size() -> None:
    """A few kilobytes that unpack to megabytes are stopped at the limit, whatever is declared."""
    small = gzip.compress(b"0" * 20_000_000)
    speak, _ = answering(answer(small, "200 OK", "Content-Encoding: gzip"))
    limits = Limits(answer_bytes=1_000_000)
    async with host(speak) as url, Outbound(["127.0.0.1"], limits=limits) as out:
        with pytest.raises(AnswerTooLarge) as caught:
            await out.request("GET", url)
    assert caught.value.status == 200


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http:///x", "http://u:sesame@127.0.0.1/", "/relative", "http://[x/"],
)
async def test_an_address_that_cannot_be_requested_is_refused(url: str) -> None:
    """Such a URL is a mistake in the definition; a password inside is not repeated."""
    async with Outbound(["127.0.0.1"]) as out:
        with pytest.raises(BadAddress) as caught:
            await out.request("GET", url)
    assert "sesame" not in str(caught.value)


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY of the shell does not reroute an import."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    speak, _ = answering(answer(b"direct"))
    async with host(speak) as url, Outbound(["127.0.0.1"]) as out:
        assert (await out.request("GET", url)).body == b"direct"


async def test_the_definitions_proxy_is_used() -> None:
    """The proxy gets the whole address, and needs no entry of its own on the list."""
    speak, heads = answering(answer(b"by proxy"))
    async with host(speak) as url, Outbound(["inventory.example.com"], proxy=url) as out:
        response = await out.request("GET", "http://inventory.example.com/devices")
    assert response.body == b"by proxy"
    assert heads[0].startswith(b"GET http://inventory.example.com/devices ")


@pytest.mark.parametrize(
    ("status", "kind"), [("407 Who", ProxyRefused), ("502 Bad Gateway", Unreachable)]
)
async def test_a_proxy_that_opens_no_tunnel_is_told_by_its_status(
    status: str, kind: type[Exception]
) -> None:
    """Nothing reached the host; whether a person must help depends on what the proxy says."""
    speak, heads = answering(answer(b"", status))
    async with host(speak) as url:
        proxy = url.replace("://", "://me:sesame@")
        async with Outbound(["inventory.example.com"], proxy=proxy) as out:
            with pytest.raises(kind) as caught:
                await out.request("POST", "https://inventory.example.com/", body=b"x")
    assert heads[0].startswith(b"CONNECT inventory.example.com:443 ")
    assert b"proxy-authorization: basic" in heads[0].lower()
    assert "sesame" not in str(caught.value) + repr(out)


class Changing(AbstractResolver):
    """Answers with one address after the other, then with none."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if not self.addresses:
            raise OSError(-2, "Name or service not known")
        address = self.addresses.pop(0)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_name_that_leads_into_a_private_network_is_refused() -> None:
    """The address is checked where it is connected to; listing it lets the same name through."""
    speak, heads = answering(answer(b"inside"))
    async with host(speak) as url:
        named = url.replace("127.0.0.1", "inventory.example.com")
        allow = ["inventory.example.com"]
        async with Outbound(allow, resolver=Changing("127.0.0.1")) as out:
            denied = await asyncio.gather(
                *(out.request("GET", named) for _ in range(3)), return_exceptions=True
            )
        assert [type(one) for one in denied] == [EgressDenied] * 3
        assert heads == []
        async with Outbound([*allow, "127.0.0.0/8"], resolver=Changing("127.0.0.1")) as out:
            assert (await out.request("GET", named)).body == b"inside"


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    """The reserved top-level domain 'invalid' has no addresses anywhere."""
    async with Outbound(["inventory.invalid"], resolver=Changing()) as out:
        with pytest.raises(Unreachable, match="cannot be resolved"):
            await out.request("GET", "https://inventory.invalid/")


async def test_nothing_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    """Header, query and body of a request that fails appear in no message and no log."""
    caplog.set_level(logging.DEBUG)
    async with host(cut) as url, Outbound(["127.0.0.1"]) as out:
        with pytest.raises(Interrupted) as caught:
            await out.request(
                "POST", url + "/?q=sesame", headers={"Authorization": "sesame"}, body=b"sesame"
            )
    assert "sesame" not in caplog.text + str(caught.value) + repr(out)


async def test_a_foreign_certificate_needs_a_person_or_a_ca_file() -> None:
    """An unknown authority is refused with its cure; named as ca_file it is trusted."""
    speak, _ = answering(answer(b"private"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(PEM)
    async with host(speak, context) as url:
        async with Outbound(["127.0.0.1"]) as out:
            with pytest.raises(CertificateUntrusted, match="ca_file"):
                await out.request("GET", url)
        async with Outbound(["127.0.0.1"], ca_file=str(PEM)) as out:
            assert (await out.request("GET", url)).body == b"private"


async def test_a_large_body_arrives_whole() -> None:
    """Three megabytes are sent with their length, and in pieces that let others go on."""
    body = bytes(range(256)) * 12 * 1024
    arrived: list[bytes] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        arrived.extend([head, await reader.readexactly(len(body))])
        writer.write(answer(b""))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0, limit=len(body))
    async with server, Outbound(["127.0.0.1"]) as out:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert (await out.request("POST", url, body=body)).status == 200
    assert f"content-length: {len(body)}".encode() in arrived[0].lower()
    assert arrived[1] == body
