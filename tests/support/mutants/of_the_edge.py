"""Guards towards the outside: where requests go, who may call, what an answer says."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

PAGINATION = ("unit/test_sources_pagination.py",)
REFUSED = ("integration/test_web_triggers_refused.py",)

GUARDS = (
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
)
