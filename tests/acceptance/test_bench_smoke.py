"""The benchmarks run. What they find is for a quiet machine to say, never for a test."""

import json
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_NUMBERS = {
    "P1a": {"ratio", "ratio_with_the_engines_mapping", "engine_ms_per_page", "bare_ms_per_page"},
    "P1b": {"ratio", "ratio_with_the_engines_mapping", "engine_ms_per_page", "bare_ms_per_page"},
    "P2": {"ratio", "ratio_random_keys", "sorted_objects_per_second"},
    "P4": {"peak_mb", "difference_mb"},
    "P7": {"help_ms", "python_ms", "demo_first_object_s", "demo_s"},
}


def test_every_benchmark_gives_its_numbers(tmp_path: Path) -> None:
    """At tiny sizes all of them come to their end, in the table and in the results file."""
    output = tmp_path / "results.json"
    options = ["--quick", "--folder", str(tmp_path), "--output", str(output)]
    ended = subprocess.run(  # noqa: S603 # our own module
        [sys.executable, "-m", "bench", *options],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(output.read_text(encoding="utf-8"))
    assert set(found) == {*_NUMBERS, "machine"}
    for name, numbers in _NUMBERS.items():
        assert numbers <= set(found[name])
        assert {"aim", "reached", "reference_against_itself"} <= set(found[name])
        assert f"\n{name}" in ended.stdout
    assert set(tmp_path.iterdir()) == {output}, "nothing but the results is left"
