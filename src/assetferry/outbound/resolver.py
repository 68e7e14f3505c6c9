"""Names to addresses, each address checked before it is connected to."""

import asyncio
import errno
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from assetferry.outbound.egress import Egress

__all__ = ["CheckedResolver"]


class CheckedResolver(AbstractResolver):
    """Resolve as the system does and refuse what the allow-list does not cover.

    The connector connects to the very addresses given here, so a name that changes its
    answer between a check and a connection gains nothing. One bad address refuses the name:
    an honest host has none.
    """

    def __init__(
        self,
        egress: Egress,
        *,
        exempt: frozenset[str] = frozenset(),
        inner: AbstractResolver | None = None,
        timeout: float | None = None,
    ) -> None:
        """``exempt`` names hosts whose addresses are not checked: the definition's proxy.

        ``timeout`` bounds the search in seconds; the library beneath counts it towards nothing.
        """
        self._timeout = timeout
        self._egress = egress
        self._exempt = exempt
        self._inner = DefaultResolver() if inner is None else inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of a host; raise EgressDenied where one is not allowed."""
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._inner.resolve(host, port, family)
        except TimeoutError:
            # With a number, the library takes it for what it is: a name that was not found.
            raise OSError(errno.ETIMEDOUT, "no answer in time") from None
        if host not in self._exempt:
            for result in found:
                self._egress.check_address(host, result["host"])
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._inner.close()
