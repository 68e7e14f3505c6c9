"""The library's exceptions, turned into ours: what was sent, and who can help."""

import aiohttp

from assetferry.errors import FerryError
from assetferry.outbound.errors import (
    BadAddress,
    CertificateUntrusted,
    Interrupted,
    ProxyRefused,
    TimedOut,
    Unreachable,
)

__all__ = ["translated"]


def translated(error: Exception, *, host: str) -> FerryError:
    """Say of a failed exchange whether anything can have happened at the other side.

    Exceptions of the library may carry URLs, headers and proxy credentials in their text,
    so of most only the type is told.
    """
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return CertificateUntrusted(
                f"The certificate of {host} is not trusted. If a company authority signed it, "
                "name its file as ca_file in [egress]."
            )
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"The name {host} cannot be resolved. Check it, and the network.")
        case aiohttp.ClientProxyConnectionError():
            return Unreachable(f"The proxy towards {host} cannot be reached.")
        case aiohttp.ClientConnectorError(os_error=cause):
            reason = cause.strerror or type(cause).__name__
            return Unreachable(f"{host} cannot be reached: {reason}.")
        case aiohttp.ConnectionTimeoutError():
            return Unreachable(f"{host} did not accept a connection in time.")
        case aiohttp.ClientHttpProxyError(status=status) if status in {401, 403, 407}:
            return ProxyRefused(
                f"The proxy refused the way to {host} with status {status}. "
                "Check its address and credentials (proxy in [egress])."
            )
        case aiohttp.ClientHttpProxyError(status=status):
            return Unreachable(f"The proxy towards {host} answered with status {status}.")
        case aiohttp.InvalidURL():
            return BadAddress(f"The address at {host} cannot be requested. Check its spelling.")
        case TimeoutError():
            return TimedOut(f"{host} did not answer in time.")
        case _:
            return Interrupted(
                f"The connection to {host} broke before the whole answer had arrived "
                f"({type(error).__name__})."
            )
