"""A real proxy, in the clear and as a tunnel, and authorities of one's own."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assetferry.definition.load import load
from assetferry.equipment import way_out
from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import CaFileUnusable, CertificateUntrusted, EgressDenied
from definitions import definition, source
from hosting import PEM, answer, answering, host, private_tls
from proxying import proxying


def leads_to(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


async def test_plain_requests_go_through_the_proxy() -> None:
    """The proxy is given the whole address and resolves the name; credentials reach it alone."""
    speak, seen = answering(answer(b"hello"))
    async with host(speak) as url, proxying(leads_to(url)) as proxy:
        with_password = proxy.url.replace("//", "//me:sesame@")
        async with Outbound(["inventory.example.com"], proxy=with_password) as out:
            response = await out.request("GET", "http://inventory.example.com/devices")
    assert response.body == b"hello"
    assert seen[0].startswith(b"GET http://inventory.example.com/devices ")
    assert b"proxy-authorization: Basic" in proxy.heads[0].replace(b"Proxy-A", b"proxy-a")


async def test_https_goes_through_a_tunnel_that_the_proxy_cannot_read() -> None:
    """CONNECT, then TLS with the host itself under an authority of one's own."""
    speak, seen = answering(answer(b"private"))
    async with host(speak, private_tls()) as url, proxying(leads_to(url)) as proxy:
        with_password = proxy.url.replace("//", "//me:sesame@")
        async with Outbound(["127.0.0.1"], proxy=with_password, ca_file=str(PEM)) as out:
            response = await out.request("GET", url + "/x", headers={"Authorization": "Bearer key"})
    assert response.body == b"private"
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{leads_to(url)[1]} ".encode())
    assert b"Bearer key" not in proxy.heads[0]
    assert b"sesame" not in seen[0]
    assert b"proxy-authorization" not in seen[0].lower()


async def test_a_tunnel_does_not_excuse_an_unknown_authority() -> None:
    """Through a proxy too, a certificate that nobody knows is refused."""
    speak, seen = answering(answer(b"private"))
    async with (
        host(speak, private_tls()) as url,
        proxying(leads_to(url)) as proxy,
        Outbound(["127.0.0.1"], proxy=proxy.url) as out,
    ):
        with pytest.raises(CertificateUntrusted, match="ca_file"):
            await out.request("GET", url)
    assert seen == []


async def test_a_proxy_does_not_widen_the_list() -> None:
    """What is not allowed is not even asked of the proxy."""
    async with (
        proxying(("127.0.0.1", 1)) as proxy,
        Outbound(["inventory.example.com"], proxy=proxy.url) as out,
    ):
        for url in ("http://127.0.0.1/", "https://evil.example.com/"):
            with pytest.raises(EgressDenied):
                await out.request("GET", url)
    assert proxy.heads == []


async def test_the_definitions_proxy_and_authorities_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reference to the proxy is resolved and never shown; the environment's own has no say."""
    speak, _ = answering(answer(b"private"))
    async with host(speak, private_tls()) as url, proxying(leads_to(url)) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        text = definition(url, source(url), service_url=url).replace(
            "[egress]", f'[egress]\nproxy = "env:MY_PROXY"\nca_file = "{PEM}"'
        )
        loaded = load(text, origin="test.toml")
        environ = {"MY_PROXY": proxy.url.replace("//", "//me:sesame@")}
        async with way_out(loaded, environ) as out:
            assert (await out.request("GET", url)).body == b"private"
    assert len(proxy.heads) == 1
    assert "sesame" not in repr(out) + repr(loaded)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_a_file_of_no_certificates_needs_a_person(
    tmp_path: Path, content: bytes | None
) -> None:
    """Missing, empty or rubbish: the run is held with the cure, and does not break."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CaFileUnusable, match="PEM file"):
        async with Outbound(["127.0.0.1"], ca_file=str(file)):
            pass
