"""Secrets are referred to, fetched, and never shown."""

import copy
import pickle
from pathlib import Path

import pytest

from assetferry.definition.secrets import Secret, SecretMissing, SecretReference, resolve
from assetferry.errors import NeedsPerson


def test_secret_is_masked_however_it_is_printed() -> None:
    """Only reveal gives it away; no log, error or debugger line does by accident."""
    secret = Secret("hunter2")
    shown = f"{secret} {secret!r} {secret!s} {secret:>20} {[secret]} {secret}"
    assert "hunter2" not in shown + "%s %r" % (secret, secret)  # noqa: UP031  # logging formats so
    assert secret.reveal() == "hunter2"


def test_secret_cannot_be_copied_out_of_the_process() -> None:
    """A pickle in a queue or cache would be a copy that nobody watches."""
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            escape(Secret("hunter2"))


@pytest.mark.parametrize("text", ["env:A_1", "env:_x", "file:/run/secrets/a b", "file:~/token"])
def test_reference_is_read_and_written_alike(text: str) -> None:
    """What is stored with a run is what the definition says."""
    assert str(SecretReference.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "hunter2", "env:", "env:1A", "env:A B", "ENV:A", "file:", "file:token", "vault:a"]
)
def test_anything_else_is_no_reference(text: str) -> None:
    """In doubt it may be a secret, and is treated as one."""
    assert SecretReference.parse(text) is None


def test_environment_variable_is_resolved() -> None:
    """From the environment that is passed in, without white space around it."""
    assert resolve(SecretReference("env", "A"), {"A": " hunter2\n"}).reveal() == "hunter2"


def test_file_is_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By full path or from the home folder; files end in a line break."""
    (tmp_path / "token").write_text("hunter2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (str(tmp_path / "token"), "~/token"):
        assert resolve(SecretReference("file", name), {}).reveal() == "hunter2"


def test_missing_secret_needs_a_person_and_says_what_to_do(tmp_path: Path) -> None:
    """The message names variable or file and the cure; the run is held, not lost."""
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    cases = {
        SecretReference("env", "A"): "environment variable A is not set. Set it",
        SecretReference("env", "EMPTY"): "env:EMPTY is empty. Put the secret there",
        SecretReference("env", "BROKEN"): "line breaks or control characters",
        SecretReference("file", str(tmp_path / "none")): "does not exist on this machine. Create",
        SecretReference("file", str(tmp_path)): "cannot be read",
        SecretReference("file", str(tmp_path / "empty")): "is empty",
        SecretReference("file", str(tmp_path / "binary")): "cannot be read",
    }
    for reference, message in cases.items():
        with pytest.raises(SecretMissing, match=message) as caught:
            resolve(reference, {"EMPTY": " ", "BROKEN": "hunter2\nHost: x"})
        assert isinstance(caught.value, NeedsPerson)
        assert "hunter2" not in str(caught.value)
