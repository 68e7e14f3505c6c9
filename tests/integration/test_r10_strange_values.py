"""R10: values that JSON can write and others cannot carry spoil their record, and nothing else.

On both databases: PostgreSQL takes no NUL in a text, and no text takes half of a character.
"""

import json
from typing import Any

import pytest
from starlette.responses import Response

from assetferry.ledger.quarantining import quarantined
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, run_import
from third_party import ThirdParty, laptop


def answer(*strange: dict[str, Any], literal: str = "") -> Response:
    """Eight good records and some strange ones, on one page."""
    records = [*(laptop(number) for number in range(8)), *strange]
    text = json.dumps({"devices": records, "total": len(records)}).replace('"LITERAL"', literal)
    return Response(text.encode(), media_type="application/json")


@pytest.mark.parametrize(
    ("field", "value", "literal", "codes"),
    [
        ("name", "cut in an emoji \ud83d", "", ["bad_text"]),
        ("serial", "\udc00", "", ["bad_text"]),
        ("serial", "LITERAL", "1e400", ["bad_value"]),
        ("ram_gb", "LITERAL", "9" * 5000, ["bad_value"]),
        ("serial", "\x00", "", []),
        ("na\x00me", "\x00", "", []),
        ("ram_gb", "\x00", "", ["bad_value"]),
        ("serial", 10**30, "", []),
    ],
)
async def test_a_strange_value_spoils_its_record_alone(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    field: str,
    value: Any,
    literal: str,
    codes: list[str],
) -> None:
    """The page is read, the ledger takes it, and the eight records beside it arrive."""
    strange = laptop(8) | {field: value}
    third_party.answers.append(answer(strange, literal=literal))
    text = definition(
        site.url,
        source(third_party_url),
        safety='max_quarantined = "50%"',
        service_url=third_party_url,
    )
    run = await run_import(ledger, text)
    found = await ledger.run(quarantined, run.id)
    assert [one.code for one in found] == codes
    assert run.state is (RunState.PARTIAL if codes else RunState.DONE), run.reason
    assert site.objects("objectType = Laptop") == 9 - len(codes)


async def test_a_record_with_three_mistakes_is_one_bad_entry(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """Three rows say what is wrong with it; it counts once, as a record and as an entry."""
    third_party.answers.append(answer({"serial": "", "name": ""}))
    text = definition(
        site.url,
        source(third_party_url),
        safety='max_quarantined = "20%"',
        service_url=third_party_url,
    )
    run = await run_import(ledger, text)
    assert run.state is RunState.PARTIAL
    assert len(await ledger.run(quarantined, run.id)) == 3
    summed = await ledger.run(sums, run.id)
    assert summed.streams[0].records_quarantined == 1
    assert [one.entries_quarantined for one in summed.types] == [1]
