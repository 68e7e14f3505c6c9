"""Guards towards the outside: where requests go, who may call, what an answer says."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

MASKING = ("unit/test_outbound_masking.py",)
PAGINATION = ("unit/test_sources_pagination.py",)
REFUSED = ("integration/test_web_triggers_refused.py",)

GUARDS = (
    Guard(
        name="programs are told of failures",
        file="cli/__init__.py",
        text="            if as_json:\n",
        becomes="            if as_json is None:\n",
        tests=("acceptance/test_cli_json.py",),
    ),
    Guard(
        name="a secret is known in base64",
        file="outbound/masking.py",
        text="for before in range(3):",
        becomes="for before in range(0):",
        tests=MASKING,
    ),
    Guard(
        name="a secret is known in percents",
        file="outbound/masking.py",
        text='f"%(?:25)*{byte:02x}"',
        becomes='f"%%{byte:02x}"',
        tests=MASKING,
    ),
    Guard(
        name="no half of a secret at the border",
        file="outbound/masking.py",
        text="if cut else len(text)",
        becomes="if cut is None else len(text)",
        tests=MASKING,
    ),
    Guard(
        name="a place made of the secret is not stored",
        file="sources/rest.py",
        text="if self._long.holds(",
        becomes="if self._long is None and self._long.holds(",
        tests=("integration/test_sources_rest.py",),
    ),
    Guard(
        name="every resolved address is checked",
        file="outbound/resolver.py",
        text="if host not in self._exempt:",
        becomes="if host in self._exempt:",
        tests=("integration/test_outbound_egress_connecting.py",),
    ),
    Guard(
        name="a signature must fit",
        file="web/verification.py",
        text="if key is not None and not key.fits(",
        becomes="if not time and key is not None and not key.fits(",
        tests=REFUSED,
    ),
    Guard(
        name="a call must be of now",
        file="web/verification.py",
        text="if abs(int(time) - now) > WINDOW_S:",
        becomes="if abs(int(time) - now) > 10**15:",
        tests=REFUSED,
    ),
    Guard(
        name="a call must name its source",
        file="web/verification.py",
        text="if named != (trigger.workspace_id, trigger.import_source_id):",
        becomes="if named is None:",
        tests=REFUSED,
    ),
    Guard(
        name="a page larger than asked is no page",
        file="sources/pagination/strategy.py",
        text="if len(answer.records) > asked:",
        becomes="if len(answer.records) > 1000 * asked:",
        tests=("integration/test_r06_end_of_data.py",),
    ),
    Guard(
        name="only true and false end a stream",
        file="sources/pagination/strategy.py",
        text="if not isinstance(value, bool):",
        becomes="if not isinstance(value, bool | None):",
        tests=PAGINATION,
    ),
    Guard(
        name="a full disk ends no processing",
        file="local_assets/processing/worker.py",
        text="            if is_full(error):",
        becomes="            if error is None:",
        tests=("integration/local_assets/test_local_assets_full_disk.py",),
    ),
    Guard(
        name="an answer that is no UTF-8 is a misreading",
        file="sources/documents.py",
        text="except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):",
        becomes="except (msgspec.DecodeError, RecursionError):",
        tests=("unit/test_sources_documents.py",),
    ),
)
