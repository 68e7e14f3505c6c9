"""docs/reference/errors.md names every code there is, and none that there is not."""

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest

import assetferry
from assetferry.errors import Fatal, FerryError, NeedsPerson, RetryLater
from documents import ROOT, named, page, rows, section

_PAGE = "docs/reference/errors.md"
_BRANCHES = {RetryLater: "retry later", NeedsPerson: "a person", Fatal: "fatal"}
_CALLS = {
    "Objection": 1,
    "_failed": 0,
    "Unfit": 0,
    "_unfit": 1,
    "_problem": 1,
    "Problem": 2,
}
"""Calls that take a code, and the place where they take it."""


def errors() -> list[type[FerryError]]:
    """Every error of the tree, after importing all modules but scripts."""
    for module in pkgutil.walk_packages(assetferry.__path__, "assetferry."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    found: list[type[FerryError]] = []
    waiting: list[type[FerryError]] = [FerryError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return [one for one in found if one.__module__.startswith("assetferry.")]


def reasons() -> set[str]:
    """The codes that runs, chunks and records get, read from the source of those who give them."""
    found: set[str] = set()
    for room in ("engine", "mapping", "ledger"):
        for file in (ROOT / "src" / "assetferry" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                found.update(_codes(node))
    return found


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=function, args=arguments, keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "code":
                    yield from _texts(keyword.value)
            place = _CALLS.get(getattr(function, "id", getattr(function, "attr", "")))
            if place is not None and len(arguments) > place:
                yield from _texts(arguments[place])
        case ast.Assign(
            targets=[ast.Tuple(elts=[ast.Name(id="code"), *_])], value=ast.Tuple(elts=[value, *_])
        ):
            yield from _texts(value)
        case _:
            pass


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and node.args):
        return  # what is looked up was written elsewhere
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def test_docs_errors_are_all_described() -> None:
    """The first table has a row for each code of the tree, and no other."""
    told = named(section(_PAGE, "Errors that are raised"))
    assert sorted(told) == sorted({error.code for error in errors()})


def test_docs_errors_have_codes_of_their_own() -> None:
    """No two errors share a code, so that a script can tell them apart."""
    codes = [error.code for error in errors()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    "cells", rows(section(_PAGE, "Errors that are raised")), ids=lambda c: c[0]
)
def test_docs_errors_name_their_branch_and_cure(cells: list[str]) -> None:
    """Each row's branch is the one in the code, and whatever can happen has a cure."""
    code, branch, meaning, cure = cells
    (error,) = [one for one in errors() if f"`{one.code}`" == code]
    is_branch = error in (FerryError, *_BRANCHES)
    found = [name for base, name in _BRANCHES.items() if issubclass(error, base) and not is_branch]
    assert branch == "".join(found)
    assert meaning
    assert bool(cure) is not is_branch


def test_docs_reasons_are_all_described() -> None:
    """The other two tables have the codes that the source gives, and no others."""
    runs = named(section(_PAGE, "Reasons of runs and chunks"))
    quarantined = named(section(_PAGE, "Reasons in quarantine"))
    assert not set(runs) & set(quarantined)
    assert {*runs, *quarantined} == reasons()


def test_docs_reasons_are_told_once() -> None:
    """No code has two rows on the page."""
    told = named(page(_PAGE))
    assert len(told) == len(set(told))
