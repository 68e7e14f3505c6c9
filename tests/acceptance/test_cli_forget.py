"""``assetferry runs forget`` as a person or a script sees it."""

from pathlib import Path

from starlette.responses import Response

from commands import Ferry
from definitions import definition, source
from imports import Site
from third_party import ThirdParty


def test_runs_are_forgotten_by_name_or_by_age(
    ferry: Ferry, tmp_path: Path, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """One that has not ended is refused; nothing changes in Assets; the next run is as any."""
    file = tmp_path / "hardware.toml"
    file.write_text(definition(site.url, source(third_party_url), service_url=third_party_url))
    first = ferry.run("run", str(file), "--json").json["run"]
    third_party.answers.append(Response(status_code=401))
    held = ferry.run("run", str(file), "--json").json["run"]
    refused = ferry.run("runs", "forget", held)
    assert (refused.code, "has not ended" in refused.err) == (2, True)
    assert ferry.run("runs", "forget", "--older-than", "1 d").out == "No run is that old.\n"
    assert ferry.run("runs", "forget", "--older-than", "soon").code == 2
    assert ferry.run("runs", "forget", first, "--json").json == {"forgotten": [first]}
    assert [one["run"] for one in ferry.run("runs", "list", "--json").json] == [held]
    assert ferry.run("runs", "cancel", held).code == 0
    assert ferry.run("runs", "forget", "--older-than", "0 s").code == 0
    assert ferry.run("runs", "list", "--json").json == []
    assert site.objects("objectType = Laptop") == 100
    third_party.records = third_party.records[:50]
    shrunk = ferry.run("run", str(file), "--json")
    assert shrunk.code == 4
    assert "100 in the last good run" in shrunk.json["held_reason"]
