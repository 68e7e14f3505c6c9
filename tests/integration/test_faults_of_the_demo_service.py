"""What the demo's third-party service may refuse or delay, against a real import of it."""

import pytest

from assetferry.demo.definition import render
from assetferry.demo.service import LARGEST_PAGE, Options, create_app
from assetferry.demo.serving import Serving
from assetferry.ledger.transition import Ledger
from imports import Site, run_import

REFUSED = {
    "a wrong token": (Options(devices=20, token="another"), 500, "answered 401", "401"),
    "a page that is too large": (Options(devices=20), LARGEST_PAGE + 1, "answered 400", "limit"),
    "answers that take too long": (Options(devices=20, latency=5.0), 500, "time_limit, 0 s", ""),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_service_does_not_give_holds_the_run(
    ledger: Ledger, site: Site, name: str
) -> None:
    """Held with what the service said, and a cure; nothing is completed, nothing has arrived."""
    options, page_size, told, detail = REFUSED[name]
    with Serving(create_app(options)) as service:
        text = render(site.url, service.url).replace("page_size = 500", f"page_size = {page_size}")
        limits = '[limits]\nmax_attempts = 1\ntime_limit = "0.3 s"\n'
        run = await run_import(ledger, f"{text}\n{limits}")
    assert run.held, (run.state, run.reason)
    assert told in (run.held_reason or "")
    assert detail in (run.held_reason or "")
    assert run.held_cure
    assert site.states() == ["INGESTING"]
