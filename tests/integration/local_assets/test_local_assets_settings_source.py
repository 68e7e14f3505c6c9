"""Each setting of an import source that says how entries are read, over real HTTP."""

from typing import Any

import pytest

from local_documents import HOSTS
from local_relations import attribute, document, mapped, related


def values(api: Any, name: str) -> dict[str, list[str]]:
    """Give the values of an attribute, by the labels of the objects."""
    found: dict[str, list[str]] = {}
    for one in api.search("objectType = Host"):
        full = api.call("GET", f"{api.workspace}/object/{one['id']}", user=True).body
        found[one["label"]] = [
            value["displayValue"]
            for each in full["attributes"]
            if each["objectTypeAttribute"]["name"] == name
            for value in each["objectAttributeValues"]
        ]
    return found


@pytest.mark.parametrize(("choice", "both"), [("JOIN", "x,y"), ("FIRST", "x")])
def test_several_locators(api: Any, choice: str, both: str) -> None:
    """They are joined, or the first that finds something counts; several values stay several."""
    api.new_source(severalLocators=choice)
    notes = attribute("Note")
    mails = attribute("Mail", "email", minimumCardinality=0, maximumCardinality=-1)
    api.put_mapping(
        document([notes, mails], [mapped("Note", "one", "two"), mapped("Mail", "m1", "m2")])
    )
    entries = [
        {"name": "a", "one": "x", "two": "y", "m1": "a@x", "m2": "b@x"},
        {"name": "b", "one": "", "two": "y"},
        {"name": "c", "two": "y"},
        {"name": "d", "one": "", "two": None},
    ]
    assert api.run({"hosts": entries})["result"] == "OK"
    assert values(api, "Note") == {"a": [both], "b": ["y"], "c": ["y"], "d": []}
    assert values(api, "Mail")["a"] == ["a@x", "b@x"]


@pytest.mark.parametrize(("choice", "created", "errors"), [("ENTRY", 1, 0), ("ERROR", 0, 1)])
def test_an_object_where_a_list_should_be(api: Any, choice: str, created: int, errors: int) -> None:
    """It is one entry, or an error; the run goes on either way."""
    api.new_source(objectTarget=choice)
    api.put_mapping(HOSTS)
    result = api.run({"hosts": {"name": "a"}})
    (host,) = result["objectTypeResultMap"].values()
    assert (host["objectsCreated"], host["errorCount"]) == (created, errors)
    assert api.run({"hosts": [{"name": "b"}]})["result"] == "OK"


@pytest.mark.parametrize(("ignores", "found"), [(False, ["A", "a"]), (True, ["A"])])
def test_identities_that_differ_in_case(api: Any, *, ignores: bool, found: list[str]) -> None:
    """They are two objects, or one: within a run, over runs, and when adopted."""
    api.new_source(ignoreIdentityCase=ignores)
    api.put_mapping(HOSTS)
    api.run({"hosts": [{"name": "A"}, {"name": "a"}]})
    assert sorted(one["label"] for one in api.search("objectType = Host")) == found
    second = api.run({"hosts": [{"name": "A"}, {"name": "a"}]})
    (host,) = second["objectTypeResultMap"].values()
    assert host["objectsCreated"] == 0


@pytest.mark.parametrize(("adopts", "created"), [(True, 0), (False, 1)])
def test_objects_that_another_source_made(api: Any, *, adopts: bool, created: int) -> None:
    """An entry finds them by their values, or makes its own."""
    api.put_mapping(HOSTS)
    api.run({"hosts": [{"name": "a"}]})
    made = api.call(
        "POST",
        f"/_local/workspaces/{api.source['workspaceId']}/importsources",
        {
            "objectSchemaId": api.source["objectSchemaId"],
            "name": "Second",
            "adoptObjects": adopts,
        },
        token="",
    ).body
    api.source = {**api.source, **made}
    api.put_mapping(HOSTS)
    (host,) = api.run({"hosts": [{"name": "a"}]})["objectTypeResultMap"].values()
    assert host["objectsCreated"] == created
    assert len(api.search("objectType = Host")) == 1 + created


@pytest.mark.parametrize("joined", [",", "|"])
def test_adoption_joins_values_as_entries_do(api: Any, joined: str) -> None:
    """An identity of several values is found again, whatever the source joins them with."""
    mails = attribute("Mail", "email", minimumCardinality=0, maximumCardinality=-1)
    whole = document([mails], [mapped("Mail", "mails", externalIdPart=True)])
    api.new_source(concatenator=joined)
    api.put_mapping(whole)
    entry = {"name": "a", "mails": ["a@x", "b@x"]}
    api.run({"hosts": [entry]})
    made = api.call(
        "POST",
        f"/_local/workspaces/{api.source['workspaceId']}/importsources",
        {
            "objectSchemaId": api.source["objectSchemaId"],
            "name": "Second",
            "concatenator": joined,
        },
        token="",
    ).body
    api.source = {**api.source, **made}
    api.put_mapping(whole)
    api.run({"hosts": [entry]})
    assert len(api.search("objectType = Host")) == 1


@pytest.mark.parametrize(("choice", "found"), [("LEAVE_OUT", ["a", "b"]), ("SKIP_ENTRY", ["b"])])
def test_values_that_do_not_fit(api: Any, choice: str, found: list[str]) -> None:
    """They are left out, or their entry is; an error is counted either way."""
    api.new_source(unfitValues=choice)
    api.put_mapping(document([attribute("RAM", "integer")], [mapped("RAM", "ram")]))
    result = api.run({"hosts": [{"name": "a", "ram": "much"}, {"name": "b", "ram": 8}]})
    assert (result["result"], result["errorCount"]) == ("ERROR", 1)
    assert [one["label"] for one in api.search("objectType = Host")] == found


@pytest.mark.parametrize(("children", "found"), [(True, ["s"]), (False, [])])
def test_references_to_children(api: Any, *, children: bool, found: list[str]) -> None:
    """A reference finds objects of the types below the one it names, or of that one alone."""
    api.new_source(referenceChildren=children)
    api.put_mapping(related("Name = ${peer}"))
    result = api.run({"hosts": [{"name": "a", "peer": "s"}], "servers": [{"name": "s"}]})
    assert result["result"] == "OK"
    assert values(api, "Peer") == {"a": found}


@pytest.mark.parametrize(
    ("choice", "result", "found"), [("ERROR", "ERROR", []), ("FIRST", "OK", ["x1"])]
)
def test_references_that_find_too_much(
    api: Any, choice: str, result: str, found: list[str]
) -> None:
    """It is an error that changes nothing, or the oldest object is taken."""
    api.new_source(manyMatches=choice)
    api.put_mapping(related("Name LIKE ${peer}"))
    api.run({"hosts": [{"name": "x1"}]})
    entries = [{"name": "x2"}, {"name": "a", "peer": "x"}]
    assert api.run({"hosts": entries})["result"] == result
    assert values(api, "Peer")["a"] == found
