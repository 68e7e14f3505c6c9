"""The limiter, switched on and seen over HTTP."""

from typing import Any

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings


def test_too_many_calls_get_429_with_retry_after(api: Any) -> None:
    """Each endpoint has its own count, whatever the ids in its path; another workspace too."""
    settings = Settings(port=0, rate_limits=True, reads_per_minute=2, calls_per_minute=3)
    with LocalAssets(settings) as server:
        api.url = server.url
        api.new_source()
        status = f"{api.here}/configstatus"
        assert [api.call("GET", status).status for _ in range(4)] == [200, 200, 200, 429]
        reply = api.call("GET", status)
        assert 0 < int(reply.headers["retry-after"]) <= 60
        assert reply.body == {"errorMessages": ["Too many requests"], "errors": {}}
        assert api.call("GET", f"{api.here}/executions/status").status == 404
        one = [
            api.call("GET", f"{api.workspace}/object/{number}", user=True).status
            for number in (1, 2, 3)
        ]
        assert one == [404, 404, 429]
        api.new_source("Other")
        assert api.call("GET", f"{api.here}/configstatus").status == 200


def test_by_default_nothing_is_counted(api: Any) -> None:
    """A thousand and one calls in a row are all answered."""
    codes = {api.call("GET", f"{api.here}/configstatus").status for _ in range(1_001)}
    assert codes == {200}
