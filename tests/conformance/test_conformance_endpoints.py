"""Section 4 of the wire contract: every endpoint is there and answers as declared."""

import pytest

from conformance import UNKNOWN, among, expect, path_of
from conformance_model import Model
from conformance_site import Site

INFO = "/jsm/assets/v1/imports/info"


def test_4_get_imports_info(site: Site) -> None:
    """The token's own links: three, absolute, to the one source (section 5)."""
    links = site.app("GET", INFO).gives(200, keys=("links",))["links"]
    expect({"getStatus", "start", "mapping"}, set(links))
    expect(f"{site.here}/executions", path_of(links["start"]))


def test_4_get_importsource(site: Site) -> None:
    """The source, by the app and by a user, with the fields that S1 requires (section 9)."""
    keys = ("id", "collectionId", "name", "created", "updated", "objectSchemaId")
    more = ("importSourceModuleKey", "defaultConcatenator", "dateFormat", "dateTimeFormat")
    expect(site.source, site.app("GET").gives(200, keys=keys + more)["id"])
    site.user("GET").gives(200, keys=keys)


def test_4_get_importsources_of_an_objectschema(site: Site) -> None:
    """The web page's list holds this source."""
    found = site.view("GET", f"importsource/objectschema/{site.schema}").gives(200)
    among(site.source, [one["id"] for one in found])


@pytest.mark.writes
@pytest.mark.local
def test_4_put_mapping(site: Site, model: Model) -> None:
    """A first PUT creates: 204 without a body."""
    site.app("PUT", "mapping", model.document()).gives(204, None)


@pytest.mark.writes
def test_4_patch_mapping(mapped: Site, model: Model) -> None:
    """A PATCH with the same document changes nothing: 204 without a body."""
    mapped.app("PATCH", "mapping", model.document()).gives(204, None)


@pytest.mark.writes
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_4_mapping_async_and_its_progress(site: Site, model: Model, method: str) -> None:
    """303 with a Location below mapping/progress, which says in the end that it went well."""
    answer = site.app(method, "mapping?async=true", model.document())
    answer.gives(303)
    path = path_of(answer.headers["location"])
    expect(f"{site.here}/mapping/progress", path.rpartition("/")[0])
    expect("OK", site.app("GET", path).gives(200, keys=("progressStatus",)).get("result"))


def test_4_get_configstatus(site: Site) -> None:
    """One of four words (section 6)."""
    status = site.app("GET", "configstatus").gives(200, keys=("status",))["status"]
    among(status, ["IDLE", "RUNNING", "DISABLED", "MISSING_MAPPING"])


def test_4_get_schema_and_mapping(site: Site) -> None:
    """A document with both halves, also before any mapping (7.9)."""
    site.app("GET", "schema-and-mapping").gives(200, keys=("schema", "mapping"))


@pytest.mark.writes
def test_4_post_executions(mapped: Site) -> None:
    """All four links, nested, and the word success (8.2)."""
    body = mapped.app("POST", "executions").gives(200)
    expect("success", body["result"])
    links = {name: path_of(link) for name, link in body["links"].items()}
    here = links["cancel"]
    expect(
        {
            "cancel": here,
            "submitProgress": f"{here}/progress",
            "submitResults": f"{here}/data",
            "getExecutionStatus": f"{here}/status",
        },
        links,
    )


@pytest.mark.writes
def test_4_get_executions_status(mapped: Site) -> None:
    """The newest execution, by the same body as its own status."""
    execution = mapped.start()
    newest = mapped.app("GET", "executions/status").gives(200)
    expect(mapped.app("GET", f"{execution}/status").gives(200), newest)


@pytest.mark.writes
def test_4_delete_execution(mapped: Site) -> None:
    """A cancel is 200 without a body."""
    mapped.app("DELETE", mapped.start()).gives(200, None)


@pytest.mark.writes
def test_4_put_progress(mapped: Site) -> None:
    """Both halves as documented: 200."""
    said = {
        "steps": {"total": 3, "current": 2, "description": "Gathering data"},
        "objects": {"total": 500, "processed": 125},
    }
    mapped.app("PUT", f"{mapped.start()}/progress", said).gives(200)


@pytest.mark.writes
def test_4_post_data(mapped: Site) -> None:
    """A chunk is 200."""
    mapped.send(mapped.start(), {"data": {"hosts": []}}).gives(200)


@pytest.mark.writes
def test_4_get_execution_status(mapped: Site) -> None:
    """A new execution is INGESTING, and says its id."""
    execution = mapped.start()
    wanted = {"status": "INGESTING", "executionId": execution.rpartition("/")[2]}
    mapped.app("GET", f"{execution}/status").gives(200, wanted)


@pytest.mark.writes
def test_4_post_history_failed(mapped: Site) -> None:
    """A recorded failure is 204 without a body."""
    reason = {"failureReason": "Connection timeout while fetching"}
    mapped.app("POST", f"{mapped.start()}/history/failed", reason).gives(204, None)


@pytest.mark.writes
@pytest.mark.local
def test_4_post_token(site: Site) -> None:
    """A user makes a new token, and the old one is dead at once (section 2)."""
    token = site.user("POST", "token").gives(200, keys=("token",))["token"]
    expect("ATCTT3x", token[:7])
    site.app("GET", INFO).unauthorized()
    site.token = token
    site.app("GET", INFO).gives(200)


def test_4_get_schedule(site: Site) -> None:
    """The link to make one, and the word success (10.1)."""
    body = site.app("GET", "schedule").gives(200, keys=("links", "result"))
    expect(f"{site.here}/importschedule", path_of(body["links"]["createSchedule"]))


@pytest.mark.local
def test_4_post_import_start(site: Site) -> None:
    """It is for CSV and JSON sources; an external one is a 400 (section 11)."""
    site.view("POST", f"import/start/{site.source}").refuses(400)


@pytest.mark.writes
def test_4_get_progress_category_imports(mapped: Site) -> None:
    """Progress by the source's id, of six steps (section 11)."""
    mapped.start()
    path = f"progress/category/imports/{mapped.source}"
    body = mapped.view("GET", path).gives(200, keys=("status", "executionUUID", "resultData"))
    expect(("imports", mapped.source, 6), tuple(body[key] for key in _PROGRESS))


_PROGRESS = ("category", "resourceId", "numberOfSteps")


def test_4_post_object_aql(site: Site) -> None:
    """A page of objects with all paging keys (13.1)."""
    keys = ("startAt", "maxResults", "values", "objectTypeAttributes", "isLast")
    body = site.view("POST", "object/aql?maxResults=1", {"qlQuery": ""}).gives(200, keys=keys)
    expect((0, 1), (body["startAt"], body["maxResults"]))


def test_4_post_object_aql_totalcount(site: Site) -> None:
    """A number."""
    body = site.view("POST", "object/aql/totalcount", {"qlQuery": ""}).gives(200)
    expect(int, type(body["totalCount"]))


@pytest.mark.writes
def test_4_get_object_and_its_attributes(mapped: Site, model: Model) -> None:
    """An object nests its attributes' definitions; attributes alone are a bare list (13.2)."""
    mapped.run({"hosts": [{"name": "a"}]})
    (found,) = mapped.find(f'objectType = "{model.name("Host")}"')
    keys = ("id", "label", "objectKey", "objectType", "created", "updated", "_links", "attributes")
    one = mapped.view("GET", f"object/{found['id']}").gives(200, keys=keys)
    expect([], [value for value in one["attributes"] if "objectTypeAttribute" not in value])
    values = mapped.view("GET", f"object/{found['id']}/attributes").gives(200)
    expect(len(one["attributes"]), len(values))


@pytest.mark.writes
def test_4_delete_object(mapped: Site, model: Model) -> None:
    """A deleted object is gone: 204, then 404."""
    mapped.run({"hosts": [{"name": "a"}]})
    (found,) = mapped.find(f'objectType = "{model.name("Host")}"')
    mapped.view("DELETE", f"object/{found['id']}").gives(204, None)
    mapped.view("GET", f"object/{found['id']}").refuses(404)


def test_4_get_objectschema_list(site: Site) -> None:
    """Schemas, paged (13.3)."""
    keys = ("startAt", "maxResults", "total", "values", "isLast")
    found = site.view("GET", "objectschema/list?maxResults=1000").gives(200, keys=keys)
    among(site.schema, [one["id"] for one in found["values"]])


@pytest.mark.parametrize("below", ["", "/attributes", "/objecttypes", "/objecttypes/flat"])
def test_4_get_objectschema_parts(site: Site, below: str) -> None:
    """A schema is an object, what is in it are bare lists."""
    body = site.view("GET", f"objectschema/{site.schema}{below}").gives(200)
    expect(dict if not below else list, type(body))


@pytest.mark.writes
def test_4_get_objecttype_and_its_attributes(mapped: Site, model: Model) -> None:
    """A type with its name; its attributes with the system ones, Key first."""
    types = mapped.view("GET", f"objectschema/{mapped.schema}/objecttypes").gives(200)
    (kind,) = [one for one in types if one["name"] == model.name("Host")]
    expect(kind["name"], mapped.view("GET", f"objecttype/{kind['id']}").gives(200)["name"])
    found = mapped.view("GET", f"objecttype/{kind['id']}/attributes").gives(200)
    by_name = {one["name"]: one for one in found}
    expect({"Key", "Created", "Updated", "Name", "Note"}, set(by_name))
    expect((0, True, False), tuple(by_name["Key"][one] for one in ("position", "system", "label")))


def test_4_get_config_statustype(site: Site) -> None:
    """Without a schema, the seven global statuses (12.8)."""
    found = site.view("GET", "config/statustype").gives(200)
    expect(
        {
            "Action Needed": 2,
            "Active": 1,
            "Closed": 0,
            "In Service": 2,
            "Running": 1,
            "Stopped": 0,
            "Support Requested": 2,
        },
        {one["name"]: one["category"] for one in found},
    )


@pytest.mark.parametrize("prefix", ["/jsm/assets", "/jsm/insight"])
def test_1_both_names_of_the_product_lead_to_the_same(site: Site, prefix: str) -> None:
    """The legacy path is served, and links carry the new one (sections 1 and 17)."""
    path = f"{prefix}/workspace/{site.workspace}/v1/importsource/{site.source}/configstatus"
    site.app("GET", path).gives(200)
    links = site.app("GET", f"{prefix}/v1/imports/info").gives(200)["links"]
    expect("/jsm/assets/", path_of(links["start"])[:12])


@pytest.mark.parametrize(
    "path",
    ["aql/objects?qlQuery=x", "iql/objects?iql=x", "object/navlist/aql", "object/navlist/iql"],
)
@pytest.mark.local
def test_4_what_was_removed_is_gone(site: Site, path: str) -> None:
    """Deprecated searches do not exist."""
    site.view("GET", path).refuses(404)
    site.view("POST", path.partition("?")[0], {}).gives(404)


def test_4_there_is_no_way_to_make_a_source_or_read_its_history(site: Site) -> None:
    """Neither is in the API: only the web page has them."""
    site.view("POST", "importsource", {"name": "x"}).gives(404)
    among(site.app("GET", f"executions/{UNKNOWN}/history").status, [404, 405])
