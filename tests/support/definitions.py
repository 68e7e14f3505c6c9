"""Definitions for tests, as texts."""

from textwrap import dedent
from urllib.parse import urlsplit

OFFSET = 'type = "offset", offset_param = "skip", limit_param = "limit", total = "total"'
UNTOLD = 'type = "offset", offset_param = "skip", limit_param = "limit"'
PAGE = 'type = "page", page_param = "page", size_param = "size", total_pages = "pages"'
CURSOR = 'type = "cursor", cursor_param = "after", cursor = "meta.next"'
LINK = 'type = "link"'

LAPTOP = """
[object_types.Laptop]
source = "devices"
[object_types.Laptop.attributes]
"Serial Number" = { from = "serial", identity = true }
"Hostname" = { from = "name", label = true }
"RAM (GB)" = { from = "ram_gb", type = "integer", required = true }
"""
EMPLOYEE = """
[object_types.Employee]
source = "devices"
each = "owner"
[object_types.Employee.attributes]
"Email" = { from = "email", type = "email", identity = true, label = true }
"Name" = { from = "name" }
"""


def source(
    url: str,
    *,
    path: str = "offset",
    pages: str = OFFSET,
    page_size: int | None = 10,
    name: str = "devices",
) -> str:
    """One source."""
    size = "" if page_size is None else f", page_size = {page_size}"
    return dedent(f"""
        [sources.{name}]
        type = "rest"
        url = "{url}/{path}"
        records = "devices"
        auth = {{ type = "bearer", token = "env:INVENTORY_TOKEN" }}
        pagination = {{ {pages}{size} }}
    """)


def definition(
    assets_url: str,
    *sources: str,
    types: str = LAPTOP,
    name: str = "hardware",
    missing: str = "ignore",
    limits: str = "chunk_records = 10",
    safety: str = "min_records = 1",
    service_url: str,
) -> str:
    """A whole definition."""
    return "\n".join(
        [
            f'name = "{name}"',
            "[assets]",
            f'base_url = "{assets_url}"',
            'token = "env:ASSETS_TOKEN"',
            f'missing_objects = "{missing}"',
            "[egress]",
            f'allow = ["{urlsplit(service_url).netloc}"]',
            *sources,
            types,
            "[limits]",
            limits,
            "[safety]",
            safety,
        ]
    )
