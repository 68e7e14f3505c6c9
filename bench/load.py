"""The work that P1 measures: pages of devices, the definition that maps them, and its twin.

``project`` is what a program without a mapping engine would do. Both give the same entries;
the bare loop checks that before it is timed.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from assetferry.demo.inventory import devices

__all__ = ["PAGE", "STREAM", "definition", "page", "project"]

PAGE = 1_000
"""Records of a page, and of a chunk."""
STREAM = "devices"

_DEFINITION = """
name = "bench"

[assets]
base_url = "{url}"
token = "env:ASSETS_TOKEN"
missing_objects = "ignore"

[egress]
allow = ["{host}"]

[sources.devices]
type = "rest"
url = "{url}/devices"
records = "devices"

[sources.devices.pagination]
type = "offset"
offset_param = "skip"
limit_param = "limit"
page_size = {page}
total = "total"

[object_types.Device]
source = "devices"
[object_types.Device.attributes]
"Serial Number" = {{ from = "serial", identity = true }}
"Hostname"      = {{ from = "hostname", label = true }}
"Manufacturer"  = {{ from = "manufacturer" }}
"Model"         = {{ from = "model" }}
"RAM (GB)"      = {{ from = "ram_gb", type = "integer" }}
"Purchased"     = {{ from = "purchased_at", type = "date" }}
"Encrypted"     = {{ from = "encrypted", type = "boolean" }}
"Owner"         = {{ from = "owner.email", type = "email" }}

[limits]
chunk_records = {page}
reads = {reads}
sends = {sends}
"""


def definition(url: str, *, reads: int, sends: int) -> str:
    """Give a definition that reads from and writes to the server at ``url``."""
    host = urlsplit(url).netloc
    return _DEFINITION.format(url=url, host=host, page=PAGE, reads=reads, sends=sends)


def page(number: int, *, pages: int) -> bytes:
    """Write one answer of the source: about 560 B a record, as services send them."""
    found = devices(number * PAGE, (number + 1) * PAGE)
    return msgspec.json.encode({"devices": found, "total": pages * PAGE})


def project(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the entries of a page by hand: eight attributes, nothing checked."""
    entries: list[dict[str, Any]] = []
    for record in records:
        entry = {
            "serial_number": record["serial"],
            "hostname": record["hostname"],
            "manufacturer": record["manufacturer"],
            "model": record["model"],
            "ram_gb": record["ram_gb"],
            "purchased": record["purchased_at"],
            "encrypted": record["encrypted"],
        }
        owner = record["owner"]
        if owner is not None:
            entry["owner"] = owner["email"]
        entries.append(entry)
    return entries
