"""The one HTTP client: allow-list, time-outs, size limits, and nothing from the environment."""

import io
import ssl
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver

from assetferry.outbound.address import requestable
from assetferry.outbound.asked_wait import asked_wait
from assetferry.outbound.egress import Egress
from assetferry.outbound.errors import AnswerTooLarge, CaFileUnusable, TooManyRedirects
from assetferry.outbound.failures import translated
from assetferry.outbound.gate import Gate
from assetferry.outbound.limits import Limits, Timeouts
from assetferry.outbound.redirects import Hop, next_hop
from assetferry.outbound.resolver import CheckedResolver
from assetferry.outbound.response import Response

__all__ = ["Outbound"]

_CHUNK = 256 * 1024
_TOO_MANY = 429
_WHOLE = 2**20
# Below the five seconds after which common servers close an idle connection: a POST that
# meets a connection just closed cannot be told from one that was received.
_KEEP_ALIVE = 4.0
_HEADERS = {"Accept-Encoding": "gzip, deflate", "User-Agent": "assetferry"}


class Outbound:
    """Requests to the hosts of one definition; a context manager that owns its connections.

    Nothing is retried here, with one exception of the library beneath: a GET, PUT or DELETE
    that finds its idle connection closed is sent once more on a new one. Proxies and
    credentials of the environment (``HTTPS_PROXY``, ``.netrc``) are not used, cookies are
    not kept.
    """

    def __init__(
        self,
        allow: Sequence[str],
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Read the allow-list; raise BadAddress if an entry means nothing.

        ``proxy`` may hold credentials. ``ca_file`` replaces the system's authorities.
        ``resolver`` turns names into addresses, which are checked whoever found them.
        """
        self._egress = Egress.of(allow)
        self._proxy = None if proxy is None else requestable(proxy, credentials=True)
        self._ca_file = ca_file
        self._timeouts = timeouts or Timeouts()
        self._limits = limits or Limits()
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self._gate: Gate | None = None

    async def __aenter__(self) -> Self:
        """Open the pool of connections; raise CaFileUnusable where ``ca_file`` is none."""
        exempt = (
            frozenset[str]() if self._proxy is None else frozenset({self._proxy.raw_host or ""})
        )
        connector = aiohttp.TCPConnector(
            limit=self._limits.connections,
            resolver=CheckedResolver(
                self._egress,
                exempt=exempt,
                inner=self._resolver,
                timeout=self._timeouts.connect,
            ),
            keepalive_timeout=_KEEP_ALIVE,
            ssl=_trust(self._ca_file),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            # A request without a body must not claim a media type (POST executions).
            skip_auto_headers=["Content-Type"],
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=self._timeouts.total,
                sock_connect=self._timeouts.connect,
                sock_read=self._timeouts.read,
            ),
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def guard(self, gate: Gate) -> None:
        """From now on ask ``gate`` before every request, hops of redirects included."""
        self._gate = gate

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (a bound for this request, in the pool's terms)
        follow: bool = False,
        patient: bool = False,
    ) -> Response:
        """Send one request and read its answer whole, whatever its status.

        ``url`` is sent as given; ``params`` replace parameters of the same name in it.
        ``timeout`` replaces the total of ``Timeouts``. Redirects are answers unless
        ``follow``; then every hop is checked as the first was. ``patient`` requests wait for
        a turn rather than fail, see ``Gate``. Raises Unreachable, Interrupted, EgressDenied,
        CertificateUntrusted, ProxyRefused, AnswerTooLarge, BadAddress, TooManyRedirects or
        what the gate raises.
        """
        target = requestable(url)
        if params:
            target = target.update_query(dict(params))
        hop = Hop(method=method.upper(), url=target, headers=headers or {}, body=body)
        for _ in range(1 + self._limits.redirects):
            response = await self._exchange(hop, timeout, patient=patient)
            location = response.header("location") if follow else None
            following = next_hop(hop, status=response.status, location=location)
            if following is None:
                return response
            hop = following
        raise TooManyRedirects(
            f"{target.host} redirects more than {self._limits.redirects} times. "
            "Enter the address it leads to in the definition."
        )

    async def _exchange(self, hop: Hop, timeout: float | None, *, patient: bool) -> Response:  # noqa: ASYNC109
        if self._session is None:
            raise RuntimeError("Outbound is used outside its context")
        self._egress.check(hop.url)
        if self._gate is None:
            return await self._send(self._session, hop, timeout)
        host, port = hop.url.raw_host or "", hop.url.port or 0
        await self._gate.enter(host, port, patient=patient)
        response = await self._send(self._session, hop, timeout)
        wait = asked_wait(response, now=time.time())
        if wait or (wait is None and response.status == _TOO_MANY):
            await self._gate.asked_to_wait(host, port, wait)
        else:
            self._gate.answered(host, port)
        return response

    async def _send(
        self,
        session: aiohttp.ClientSession,
        hop: Hop,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Response:
        try:
            async with session.request(
                hop.method,
                hop.url,
                headers=hop.headers,
                data=_sent(hop.body),
                proxy=self._proxy,
                allow_redirects=False,
                timeout=self._timeout(timeout),
            ) as answer:
                return await self._read(answer, hop)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise translated(error, host=hop.url.host or "") from error

    async def _read(self, answer: aiohttp.ClientResponse, hop: Hop) -> Response:
        limit = self._limits.answer_bytes
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > limit:
                answer.close()
                raise AnswerTooLarge(
                    f"{hop.url.host} answered with more than {limit} bytes. Ask for smaller "
                    "pages (page_size).",
                    status=answer.status,
                )
            chunks.append(chunk)
        headers: dict[str, str] = {}
        for name, value in answer.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return Response(
            status=answer.status, url=str(hop.url), headers=headers, body=b"".join(chunks)
        )

    def _timeout(self, total: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=self._timeouts.total if total is None else total,
            sock_connect=self._timeouts.connect,
            sock_read=self._timeouts.read,
        )


def _sent(body: bytes | None) -> bytes | io.BytesIO | None:
    """Give a large body as a stream: whole, it would be written in one blocking step."""
    return io.BytesIO(body) if body is not None and len(body) > _WHOLE else body


def _trust(ca_file: str | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one too
        reason = error.strerror or type(error).__name__
        raise CaFileUnusable(
            f"The certificates of ca_file cannot be read: {reason}. "
            "Name a PEM file that this user may read."
        ) from None
