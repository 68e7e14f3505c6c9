"""Icons: checked, stored, overwritten, shown and served (7.2, 7.5)."""

import base64
import copy
import urllib.request
from typing import Any

import pytest

from local_documents import HOSTS, png


def with_icon(image: str, name: str = "A host", **more: str) -> dict[str, Any]:
    document = copy.deepcopy(HOSTS)
    document["schema"]["iconSchema"] = {"icons": [{"key": "host", "name": name, "png48": image}]}
    document["schema"]["objectSchema"]["objectTypes"][0].update(more)
    return document


def fetch(url: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(url) as answer:
        return answer.headers["Content-Type"], answer.read()


def test_an_icon_is_shown_with_its_type_and_served_as_an_image(api: Any) -> None:
    """A type names its icon, and the address beside it gives the image as it was handed in."""
    api.put_mapping(with_icon(png(), iconKey="host"))
    api.run({"hosts": [{"name": "a"}]})
    (found,) = api.search("objectType = Host")
    icon = found["objectType"]["icon"]
    assert icon["name"] == "A host"
    assert fetch(icon["url48"]) == ("image/png", base64.b64decode(png()))
    read = api.call("GET", f"{api.workspace}/objecttype/{found['objectType']['id']}", user=True)
    assert read.body["icon"] == icon
    document = api.call("GET", f"{api.here}/schema-and-mapping").body
    assert document["schema"]["iconSchema"]["icons"] == [
        {"key": "host", "name": "A host", "png48": png()}
    ]


def test_a_patch_overwrites_name_and_image(api: Any) -> None:
    """The key stays, what it stands for may change."""
    api.put_mapping(with_icon(png(), iconKey="host"))
    changed = api.call("PATCH", f"{api.here}/mapping", with_icon(png(shade=200), "Renamed"))
    assert changed.status == 204
    api.run({"hosts": [{"name": "a"}]})
    (found,) = api.search("objectType = Host")
    icon = found["objectType"]["icon"]
    assert icon["name"] == "Renamed"
    assert fetch(icon["url48"])[1] == base64.b64decode(png(shade=200))


def test_a_type_without_an_icon_has_a_name_and_no_image(api: Any) -> None:
    """Nothing is shown that cannot be fetched, and an unknown icon is a 404."""
    api.put_mapping(HOSTS)
    api.run({"hosts": [{"name": "a"}]})
    (found,) = api.search("objectType = Host")
    assert found["objectType"]["icon"] == {"id": "0", "name": "Object", "url16": "", "url48": ""}
    assert api.call("GET", "/_local/icons/999999.png", token="").status == 404


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("no base64!", "base64"),
        (base64.b64encode(b"GIF89a" + bytes(60)).decode(), "not a PNG"),
        (png()[:20], "not a PNG"),
        (png(47), "47 by 48"),
        (png(16, 16), "16 by 16"),
        (png().replace("DAAAAAwCA", "DAAAAAxCA"), "broken"),
    ],
    ids=["no base64", "no PNG", "cut off", "narrow", "small", "broken"],
)
def test_what_is_no_png_of_48_by_48_is_refused(api: Any, image: str, said: str) -> None:
    """A wrong image is refused with its place in the document, before anybody has to see it."""
    reply = api.call("PUT", f"{api.here}/mapping", with_icon(image))
    (problem,) = reply.body["dataValidationErrors"]
    assert (reply.status, problem["code"]) == (400, "INVALID_SCHEMA")
    assert problem["path"] == "/schema/iconSchema/icons/0/png48"
    assert said in problem["message"]
