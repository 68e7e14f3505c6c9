"""What becomes of a completion that Assets never heard of."""

from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, run_import
from local_talk import Talk
from third_party import ThirdParty


async def test_r12_a_completion_that_never_arrived_is_sent_again(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """A gateway said 200 in the place of Assets: INGESTING tells, and nobody waits for hours."""
    fault = {"kind": "status", "route": "POST data", "status": 200, "body": "", "skip": 10}
    on_source = {"source": site.made.import_source_id}
    assert Talk(site.url).call("POST", "/_local/faults", fault | on_source).status < 300
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]
