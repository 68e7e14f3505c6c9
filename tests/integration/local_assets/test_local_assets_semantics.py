"""What entries become: values, identity, cardinality, uniqueness, references (section 12)."""

from typing import Any

import pytest

TEXT = {"description": "d", "type": "text"}


def host_document(
    attributes: list[dict[str, Any]],
    mapped: list[dict[str, Any]],
    *,
    statuses: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Give a document of one type, Host, identified and labelled by its Name."""
    schema: dict[str, Any] = {
        "objectSchema": {
            "name": "S",
            "description": "d",
            "objectTypes": [
                {
                    "externalId": "t/host",
                    "name": "Host",
                    "description": "d",
                    "attributes": [
                        {"externalId": "a/name", "name": "Name", "label": True, **TEXT},
                        *attributes,
                    ],
                }
            ],
        }
    }
    if statuses:
        schema["statusSchema"] = {"statuses": statuses}
    return {
        "schema": schema,
        "mapping": {
            "objectTypeMappings": [
                {
                    "objectTypeExternalId": "t/host",
                    "objectTypeName": "Host",
                    "selector": "hosts",
                    "description": "d",
                    "attributesMapping": [
                        {
                            "attributeExternalId": "a/name",
                            "attributeName": "Name",
                            "attributeLocators": ["name"],
                            "externalIdPart": True,
                        },
                        *mapped,
                    ],
                }
            ]
        },
    }


def attribute(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {
        "externalId": f"a/{name.lower()}",
        "name": name,
        "description": "d",
        "type": kind,
        **more,
    }


def mapped(name: str, *locators: str, **more: Any) -> dict[str, Any]:
    return {
        "attributeExternalId": f"a/{name.lower()}",
        "attributeName": name,
        "attributeLocators": list(locators) or [name.lower()],
        **more,
    }


def simple(*attributes: dict[str, Any]) -> dict[str, Any]:
    return host_document(list(attributes), [mapped(one["name"]) for one in attributes])


def values(api: Any, query: str) -> dict[str, list[str]]:
    """Give the only matching object's values by attribute name."""
    reply = api.call("POST", f"{api.workspace}/object/aql", {"qlQuery": query}, user=True)
    names = {one["id"]: one["name"] for one in reply.body["objectTypeAttributes"]}
    (found,) = reply.body["values"]
    return {
        names[one["objectTypeAttributeId"]]: [
            value["displayValue"] for value in one["objectAttributeValues"]
        ]
        for one in found["attributes"]
    }


def host_result(result: dict[str, Any]) -> dict[str, Any]:
    (only,) = result["objectTypeResultMap"].values()
    return only


def test_absent_keys_leave_values_and_empty_ones_do_as_the_source_is_set(api: Any) -> None:
    """IGNORE keeps what is stored under an empty key; CLEAR deletes it; absence never does."""
    api.put_mapping(simple(attribute("Note"), attribute("Size", "integer")))
    api.run({"hosts": [{"name": "a", "note": "x", "size": 1}]})
    result = api.run({"hosts": [{"name": "a", "note": "", "size": None}]})
    assert host_result(result)["objectsIdentical"] == 1
    place = f"/_local/workspaces/{api.source['workspaceId']}/importsources"
    changed = api.call("PATCH", f"{place}/{api.source['importSourceId']}", {"emptyValues": "CLEAR"})
    assert changed.status == 200
    api.run({"hosts": [{"name": "a", "note": ""}]})
    assert "Note" not in values(api, "Name = a")
    assert values(api, "Name = a")["Size"] == ["1"]


def test_entries_without_identity_or_label_are_skipped_and_counted(api: Any) -> None:
    """Empty parts, empty labels and repeats have a counter each, and the first entry wins."""
    given = host_document(
        [attribute("Serial"), attribute("Note")],
        [mapped("Serial", externalIdPart=True), mapped("Note")],
    )
    del given["mapping"]["objectTypeMappings"][0]["attributesMapping"][0]["externalIdPart"]
    api.put_mapping(given)
    result = host_result(
        api.run(
            {"hosts": [{"name": "a", "serial": "1", "note": "first"}]},
            {"hosts": [{"name": "b", "serial": " "}, {"serial": "2"}, {"name": "c"}]},
            {"hosts": [{"name": "a", "serial": "1 ", "note": "second"}]},
        )
    )
    assert result["objectsCreated"] == 1
    assert result["emptyExternalIdEntries"] == 2
    assert result["emptyLabelEntries"] == 1
    assert result["duplicateEnries"] == 1
    assert result["entriesInSource"] == 5
    assert values(api, "Name = a")["Note"] == ["first"]


def test_a_wrong_value_is_left_out_and_a_needed_one_skips_the_entry(api: Any) -> None:
    """Unconvertible values are entry errors, never refusals; required ones cost the entry."""
    api.put_mapping(
        simple(attribute("Size", "integer"), attribute("Rack", "integer", minimumCardinality=1))
    )
    result = api.run(
        {
            "hosts": [
                {"name": "a", "size": "big", "rack": 1},
                {"name": "b", "size": 2, "rack": "high"},
                {"name": "c", "size": 3},
            ]
        }
    )
    assert result["result"] == "ERROR"
    assert result["errorCount"] == 3
    assert len(result["errorMessages"]) == 3
    assert host_result(result)["objectsCreated"] == 1
    assert "Size" not in values(api, "Name = a")


def test_unique_values_stay_unique_within_and_across_runs(api: Any) -> None:
    """A second object with a taken value is an entry error; a freed value can be taken."""
    api.put_mapping(simple(attribute("Mac", unique=True)))
    first = host_result(api.run({"hosts": [{"name": "a", "mac": "1"}, {"name": "b", "mac": "1"}]}))
    assert (first["objectsCreated"], first["errorCount"]) == (1, 1)
    second = host_result(api.run({"hosts": [{"name": "c", "mac": "1"}, {"name": "a", "mac": "2"}]}))
    assert (second["objectsUpdated"], second["errorCount"]) == (1, 1)
    third = host_result(api.run({"hosts": [{"name": "c", "mac": "1"}]}))
    assert (third["objectsCreated"], third["errorCount"]) == (1, 0)


def test_several_locators_join_and_multi_valued_attributes_collect(api: Any) -> None:
    """A single value joins its locators with the concatenator, several values add up."""
    api.put_mapping(
        host_document(
            [attribute("Owner"), attribute("Mail", "email", maximumCardinality=-1)],
            [mapped("Owner", "first", "last"), mapped("Mail", "mail", "mails")],
        )
    )
    entry = {
        "name": "a",
        "first": "Ada",
        "last": "Lovelace",
        "mail": "a@example.com",
        "mails": ["b@example.com", "c@example.com"],
    }
    api.run({"hosts": [entry, {"name": "b", "first": "", "last": "Hopper"}]})
    found = values(api, "Name = a")
    assert found["Owner"] == ["Ada,Lovelace"]
    assert found["Mail"] == ["a@example.com", "b@example.com", "c@example.com"]
    assert values(api, "Name = b")["Owner"] == ["Hopper"]


def test_too_many_values_are_an_entry_error(api: Any) -> None:
    """More values than the maximum are not cut down to it, they are left out and counted."""
    api.put_mapping(simple(attribute("Mail", "email", maximumCardinality=2)))
    result = api.run({"hosts": [{"name": "a", "mail": ["a@x", "b@x", "c@x"]}]})
    assert host_result(result)["errorCount"] == 1
    assert "Mail" not in values(api, "Name = a")


@pytest.mark.parametrize(("unknown", "stored"), [("IGNORE", None), ("ADD", ["Parked"])])
def test_statuses_match_in_any_case_and_unknown_ones_as_set(
    api: Any, unknown: str, stored: list[str] | None
) -> None:
    """A status is stored under its own spelling; an unknown one is left out or added."""
    api.new_source("Statuses", unknownValues=unknown)
    own = [{"name": "Leased", "description": "d", "category": "active"}]
    given = host_document(
        [attribute("State", "status", typeValues=["Leased", "In Service"])],
        [mapped("State")],
        statuses=own,
    )
    api.put_mapping(given)
    api.run({"hosts": [{"name": "a", "state": " leased"}, {"name": "b", "state": "Parked"}]})
    assert values(api, "Name = a")["State"] == ["Leased"]
    assert values(api, "Name = b").get("State") == stored
    (found,) = api.search("State = Leased")
    status = found["attributes"][-1]["objectAttributeValues"][0]["status"]
    assert (status["name"], status["category"]) == ("Leased", 1)


REFERENCE = attribute(
    "Peers",
    "referenced_object",
    referenceObjectTypeExternalId="t/host",
    maximumCardinality=-1,
)


def test_references_change_empty_and_stay_as_the_entry_says(api: Any) -> None:
    """All values are looked up, in any case; no match empties; an absent key keeps."""
    api.put_mapping(
        host_document([REFERENCE], [mapped("Peers", objectMappingIQL="Name IN (${peers${0}})")])
    )
    api.run({"hosts": [{"name": "a", "peers": ["B", "c"]}, {"name": "b"}, {"name": "c"}]})
    assert values(api, "Name = a")["Peers"] == ["b", "c"]
    again = host_result(api.run({"hosts": [{"name": "a", "peers": ["c", "b"]}]}))
    assert (again["objectsIdentical"], again["objectsWithUpdatedReferences"]) == (1, 0)
    api.run({"hosts": [{"name": "a"}]})
    assert values(api, "Name = a")["Peers"] == ["b", "c"]
    changed = host_result(api.run({"hosts": [{"name": "a", "peers": ["a", "nobody"]}]}))
    assert changed["objectsWithUpdatedReferences"] == 1
    assert values(api, "Name = a")["Peers"] == ["a"]
    api.run({"hosts": [{"name": "a", "peers": "nobody"}]})
    assert "Peers" not in values(api, "Name = a")


def test_more_matches_than_allowed_leave_the_reference(api: Any) -> None:
    """A single reference that would find two objects is an entry error and stays as it was."""
    single = {**REFERENCE, "maximumCardinality": 1}
    api.put_mapping(
        host_document([single], [mapped("Peers", "peer", objectMappingIQL="Name LIKE ${peer}")])
    )
    api.run({"hosts": [{"name": "web1"}, {"name": "web2"}, {"name": "x", "peer": "web1"}]})
    result = api.run({"hosts": [{"name": "x", "peer": "web"}]})
    assert result["errorCount"] == 1
    assert values(api, "Name = x")["Peers"] == ["web1"]


def test_queries_of_any_shape_resolve_references(api: Any) -> None:
    """A query that is no plain look-up is asked for each entry, with all its placeholders."""
    iql = 'Name = ${site} AND Site = "${room}"'
    api.put_mapping(
        host_document(
            [attribute("Site"), {**REFERENCE, "maximumCardinality": 1}],
            [mapped("Site", "room"), mapped("Peers", "site", objectMappingIQL=iql)],
        )
    )
    api.run({"hosts": [{"name": 'a "b" \\', "room": "1"}]})
    api.run({"hosts": [{"name": "z", "room": "1", "site": 'a "b" \\'}]})
    assert values(api, "Name = z")["Peers"] == ['a "b" \\']


def test_values_too_long_for_a_query_are_an_entry_error(api: Any) -> None:
    """A value that no query can hold costs its reference, not the run."""
    single = {**REFERENCE, "maximumCardinality": 1}
    iql = "Name = ${peer} AND Name LIKE ${peer}"
    api.put_mapping(host_document([single], [mapped("Peers", "peer", objectMappingIQL=iql)]))
    result = api.run({"hosts": [{"name": "a", "peer": "x" * 9_000}, {"name": "b", "peer": "a"}]})
    assert result["errorCount"] == 1
    assert values(api, "Name = b")["Peers"] == ["a"]


def test_odd_values_never_stop_a_run(api: Any) -> None:
    """Numbers of any length, control characters and foreign scripts are stored or counted."""
    api.put_mapping(simple(attribute("Size", "integer"), attribute("Note")))
    hosts: list[dict[str, Any]] = [
        {"name": "long", "size": 10**40},
        {"name": "longer", "size": int("9" * 4_000)},
        {"name": "control \u0000 \u2028", "note": "\u0000"},
        {"name": "\N{OLD HUNGARIAN CAPITAL LETTER A}", "note": 1e300},
        {"name": "nested", "note": [[["deep"]]], "size": [1]},
        {"name": ["list"], "note": {}},
    ]
    result = host_result(api.run({"hosts": hosts}))
    assert result["entriesInSource"] == len(hosts)
    assert values(api, "Name = long")["Size"] == [str(10**40)]
    assert values(api, "Name = nested")["Note"] == ["deep"]


def test_key_as_identity_is_remembered_beside_the_object(api: Any) -> None:
    """An app that maps Key as identity finds its objects again, though Key is never written."""
    key = {"attributeName": "Key", "attributeLocators": ["id"], "externalIdPart": True}
    given = host_document([attribute("Note")], [mapped("Note")])
    entry = given["mapping"]["objectTypeMappings"][0]["attributesMapping"]
    del entry[0]["externalIdPart"]
    entry.append(key)
    api.put_mapping(given)
    api.run({"hosts": [{"id": "X-1", "name": "a", "note": "1"}]})
    result = host_result(api.run({"hosts": [{"id": "X-1", "name": "a", "note": "2"}]}))
    assert (result["objectsCreated"], result["objectsUpdated"]) == (0, 1)
    assert values(api, "Name = a")["Key"][0].startswith("HARDWARE-")


def test_other_identity_parts_find_objects_by_their_values(api: Any) -> None:
    """After the parts were changed, objects are matched by attribute value instead."""
    api.put_mapping(simple(attribute("Serial")))
    api.run({"hosts": [{"name": "a", "serial": "1"}]})
    given = host_document([attribute("Serial")], [mapped("Serial", externalIdPart=True)])
    del given["mapping"]["objectTypeMappings"][0]["attributesMapping"][0]["externalIdPart"]
    assert api.call("PATCH", f"{api.here}/mapping", given).status == 204
    result = host_result(api.run({"hosts": [{"name": "renamed", "serial": "1"}]}))
    assert (result["objectsCreated"], result["objectsUpdated"]) == (0, 1)
    assert api.count("Name = renamed") == 1


def test_missing_objects_are_removed_up_to_the_threshold(api: Any) -> None:
    """REMOVE deletes what did not come, but nothing where too much would go."""
    api.new_source("Removing", missingObjects="REMOVE", missingThreshold=0.5)
    api.put_mapping(simple())
    api.run({"hosts": [{"name": name} for name in "abcd"]})
    kept = host_result(api.run({"hosts": [{"name": "a"}]}))
    assert (kept["objectsMissingDeleted"], kept["errorCount"]) == (0, 1)
    removed = host_result(api.run({"hosts": [{"name": name} for name in "abc"]}))
    assert (removed["objectsMissingDeleted"], removed["errorCount"]) == (1, 0)
    assert api.count("objectType = Host") == 3


def test_a_deleted_object_comes_back_with_a_new_id(api: Any) -> None:
    """Deleting takes references along; the same identity later makes a new object."""
    api.put_mapping(
        host_document([REFERENCE], [mapped("Peers", objectMappingIQL="Name = ${peers}")])
    )
    api.run({"hosts": [{"name": "a", "peers": "b"}, {"name": "b"}]})
    (old,) = api.search("Name = b")
    path = f"{api.workspace}/object/{old['id']}"
    assert api.call("DELETE", path, user=True).status == 204
    assert api.call("GET", path, user=True).status == 404
    assert "Peers" not in values(api, "Name = a")
    result = host_result(api.run({"hosts": [{"name": "b"}]}))
    assert result["objectsCreated"] == 1
    (new,) = api.search("Name = b")
    assert new["id"] != old["id"]
