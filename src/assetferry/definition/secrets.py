"""Secrets: references to them in definitions, their values only in memory and masked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

from assetferry.errors import NeedsPerson

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Secret", "SecretMissing", "SecretReference", "resolve"]

_ENVIRONMENT = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_FILE = re.compile(r"file:((?:/|~/).+)")
_CURE = (
    'Put the value into an environment variable and write "env:NAME" here, or into a file and '
    'write "file:/full/path"; if the value was ever committed or shared, replace it.'
)


class Secret:
    """A resolved secret. Shows ``***`` wherever it is printed; only ``reveal`` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap ``value``; use ``resolve`` for what a definition refers to."""
        self._value = value

    def reveal(self) -> str:
        """Give the value, at the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        """Mask the value."""
        return "Secret(***)"

    def __str__(self) -> str:
        """Mask the value."""
        return "***"

    def __format__(self, spec: str) -> str:
        """Mask the value in f-strings too, whatever the format."""
        return "***"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle is a copy nobody watches."""
        raise TypeError("a secret cannot be pickled or copied; pass its reference")


class SecretMissing(NeedsPerson):
    """A secret that the definition refers to cannot be had by this process."""

    code: ClassVar[str] = "secret_missing"


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is, safe to show and to store."""

    scheme: Literal["env", "file"]
    name: str
    """The variable's name, or the file's full path (``~/`` stands for the home folder)."""

    def __str__(self) -> str:
        """Write it as the definition does."""
        return f"{self.scheme}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "SecretReference | None":
        """Read ``env:NAME`` or ``file:/path``; None for anything else."""
        if match := _ENVIRONMENT.fullmatch(text):
            return cls("env", match[1])
        if match := _FILE.fullmatch(text):
            return cls("file", match[1])
        return None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: "GetCoreSchemaHandler"
    ) -> "CoreSchema":
        """Validate as ``parse`` does; the error never repeats what was written."""
        from pydantic_core import core_schema  # noqa: PLC0415  # secrets are used without pydantic

        return core_schema.no_info_plain_validator_function(_validated)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: "CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> dict[str, Any]:
        """Describe what is written, for editors."""
        return {
            "type": "string",
            "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/|~/).+)$",
            "examples": ["env:ASSETS_TOKEN", "file:/run/secrets/assets-token"],
        }


def resolve(reference: SecretReference, environ: Mapping[str, str]) -> Secret:
    """Fetch the value behind ``reference``.

    White space around it is dropped, as files end in a line break. Raises SecretMissing where
    it does not exist, cannot be read, is empty, or could not be sent in a header.
    """
    if reference.scheme == "env":
        value = environ.get(reference.name)
        if value is None:
            raise SecretMissing(
                f"The environment variable {reference.name} is not set. Set it for this process "
                "(export, service file, container settings), then go on."
            )
    else:
        value = _read(reference.name)
    value = value.strip()
    if not value:
        raise SecretMissing(f"{reference} is empty. Put the secret there, then go on.")
    if not value.isprintable():
        raise SecretMissing(
            f"{reference} holds line breaks or control characters. Keep only the secret there."
        )
    return Secret(value)


def _read(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8")
    except FileNotFoundError:
        reason = "does not exist on this machine"
    except PermissionError:
        reason = "may not be read by this user"
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({type(error).__name__})"
    raise SecretMissing(
        f"The secret file {name} {reason}. Create it or correct its path and rights, then go on."
    )


def _validated(value: Any) -> SecretReference:
    from assetferry.definition.model import mistake  # noqa: PLC0415  # as above

    if isinstance(value, SecretReference):
        return value
    if not isinstance(value, str):
        raise mistake("must refer to a secret", _CURE)
    reference = SecretReference.parse(value)
    if reference is not None:
        return reference
    if value.startswith("env:"):
        raise mistake(
            "does not name an environment variable",
            'Write "env:" and a name of letters, digits and underscores: "env:ASSETS_TOKEN".',
        )
    if value.startswith("file:"):
        raise mistake(
            "does not name a file by its full path",
            'Write "file:/full/path" or "file:~/path"; lanes may run in other folders.',
        )
    raise mistake("holds what looks like the secret itself", _CURE)
