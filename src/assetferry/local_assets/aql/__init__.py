"""AQL, the query language of Assets: read, checked against a workspace, answered from the store.

The grammar and its rules are in assets-api.md 14. Everything a caller needs is named here.
"""

from .error import AqlError
from .functions import fold, prepare
from .lookups import find, lookup_indexes
from .names import Names, load_names
from .parser import parse
from .placeholders import Lookup, Template, placeholders
from .search import Found, count, find_page, matching, needed_indexes, search
from .syntax import Query
from .tokens import quote

__all__ = [
    "AqlError",
    "Found",
    "Lookup",
    "Names",
    "Query",
    "Template",
    "count",
    "find",
    "find_page",
    "fold",
    "load_names",
    "lookup_indexes",
    "matching",
    "needed_indexes",
    "parse",
    "placeholders",
    "prepare",
    "quote",
    "search",
]
