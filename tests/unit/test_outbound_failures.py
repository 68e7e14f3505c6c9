import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from assetferry.outbound.errors import BadAddress, Interrupted, TimedOut, Unreachable
from assetferry.outbound.failures import translated

KEY = ConnectionKey(
    host="h", port=1, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "x")), Unreachable),
        (aiohttp.ClientProxyConnectionError(KEY, OSError(111, "x")), Unreachable),
        (aiohttp.ClientConnectorError(KEY, OSError(111, "Connection refused")), Unreachable),
        (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "x")), Unreachable),
        (aiohttp.ConnectionTimeoutError(), Unreachable),
        (aiohttp.SocketTimeoutError(), TimedOut),
        (TimeoutError(), TimedOut),
        (aiohttp.ServerDisconnectedError(), Interrupted),
        (aiohttp.ClientOSError(104, "Connection reset"), Interrupted),
        (aiohttp.ClientPayloadError("https://h/?q=sesame"), Interrupted),
        (ConnectionResetError(104, "Connection reset"), Interrupted),
        (aiohttp.InvalidURL("https://h/?q=sesame"), BadAddress),
    ],
)
def test_what_was_sent_decides_the_error(error: Exception, kind: type[Exception]) -> None:
    """Only what failed before a connection is Unreachable; no text of the library is repeated."""
    found = translated(error, host="h.example")
    assert type(found) is kind
    assert "h.example" in str(found)
    assert "sesame" not in str(found)
