"""Schema-and-mapping documents for the conformance suite, and what imports made of them."""

from collections.abc import Mapping
from typing import Any

from conformance_site import Site

__all__ = ["Model", "counters", "hosts", "labels", "one_value", "shown"]


class Model:
    """A schema-and-mapping document in the making; everything has the site's tag in it."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.types: list[dict[str, Any]] = []
        self.mappings: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}

    def name(self, kind: str) -> str:
        """Give the name that an object type has on the site."""
        return f"{kind} {self.tag}"

    def type_id(self, kind: str) -> str:
        return f"{self.tag}/{kind}"

    def attribute_id(self, kind: str, attribute: str) -> str:
        return f"{self.tag}/{kind}/{attribute}"

    def type(
        self, kind: str, attributes: Mapping[str, Mapping[str, Any]], *, under: str = ""
    ) -> "Model":
        """Add a type; without a ``type`` an attribute is text. The first one is the label."""
        made: dict[str, Any] = {
            "externalId": self.type_id(kind),
            "name": self.name(kind),
            "description": "d",
            "attributes": [
                {
                    "externalId": self.attribute_id(kind, name),
                    "name": name,
                    "description": "d",
                    "type": "text",
                    "label": place == 0,
                    **self._pointed(given),
                }
                for place, (name, given) in enumerate(attributes.items())
            ],
        }
        if under:
            parent = next(one for one in self.types if one["externalId"] == self.type_id(under))
            parent.setdefault("children", []).append(made)
        else:
            self.types.append(made)
        return self

    def map(
        self,
        kind: str,
        selector: str,
        locators: Mapping[str, str | list[str]],
        *,
        identity: tuple[str, ...],
        iql: Mapping[str, str] | None = None,
    ) -> "Model":
        """Map a type: attribute name to locator or locators."""
        first, dot, rest = selector.partition(".")
        self.mappings.append(
            {
                "objectTypeExternalId": self.type_id(kind),
                "objectTypeName": self.name(kind),
                "selector": f"{first}_{self.tag}{dot}{rest}",
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeExternalId": self.attribute_id(kind, name),
                        "attributeName": name,
                        "attributeLocators": [where] if isinstance(where, str) else where,
                        **({"externalIdPart": True} if name in identity else {}),
                        **({"objectMappingIQL": iql[name]} if iql and name in iql else {}),
                    }
                    for name, where in locators.items()
                ],
            }
        )
        return self

    def document(self) -> dict[str, Any]:
        return {
            "schema": {
                "objectSchema": {"name": "S", "description": "d", "objectTypes": self.types},
                **self.more,
            },
            "mapping": {"objectTypeMappings": self.mappings},
        }

    def _pointed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Write ``to`` as a reference to a type of this model."""
        made = dict(given)
        if "to" in made:
            made["type"] = "referenced_object"
            made["referenceObjectTypeExternalId"] = self.type_id(made.pop("to"))
        return made


def hosts(tag: str) -> Model:
    """Give a model of one type, Host, with a name that identifies it and a note."""
    return (
        Model(tag)
        .type("Host", {"Name": {}, "Note": {}})
        .map("Host", "hosts", {"Name": "name", "Note": "note"}, identity=("Name",))
    )


def counters(result: Any, name: str = "Host") -> Any:
    """Give the counters of a type whose name begins so."""
    (found,) = [
        one
        for one in result["objectTypeResultMap"].values()
        if one["objectTypeName"].startswith(name)
    ]
    return found


def shown(site: Site, model: Model, attribute: str, *, kind: str = "Host") -> list[list[str]]:
    """Give the values of an attribute over all objects of a type, by label."""
    types = site.view("GET", f"objectschema/{site.schema}/objecttypes").gives(200)
    (type_id,) = [one["id"] for one in types if one["name"] == model.name(kind)]
    attributes = site.view("GET", f"objecttype/{type_id}/attributes").gives(200)
    (attribute_id,) = [one["id"] for one in attributes if one["name"] == attribute]
    return site.values(f"objectTypeId = {type_id}", attribute_id)


def labels(site: Site, model: Model, kind: str = "Host") -> list[str]:
    return [one["label"] for one in site.find(f'objectType = "{model.name(kind)}"')]


def one_value(site: Site, given: dict[str, Any], value: Any, **more: Any) -> tuple[Any, Any]:
    """Import one entry with a value of some type; give what is stored and the counters."""
    model = Model(site.tag).type("Host", {"Name": {}, "Value": given})
    model.more = more
    model.map("Host", "hosts", {"Name": "name", "Value": "value"}, identity=("Name",))
    site.map(model.document())
    result = site.run({"hosts": [{"name": "h", "value": value}]})
    return shown(site, model, "Value"), counters(result)
