"""What CI runs, for what was changed: python -m tests.changed [REVISION]. Run by .ci/changed.

Changed is what differs from REVISION (HEAD when none is named), files that git does not know yet
among it. Lint and format are checked of these files; types, which are remembered from run to run,
and the layers of everything; and tests are run from the nearest on for as long as SECONDS lasts:
those that were changed, those named like what was changed, those that use it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "app", "ui", "tests")
SECONDS = 60.0  # for everything
LAYERS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def changed_files(revision: str, root: Path = ROOT) -> list[Path]:
    """Python files that differ from `revision` and are there, relative to `root`, sorted."""
    listed: list[str] = []
    for question in (
        ["git", "diff", "--name-only", "-z", "--diff-filter=d", revision, "--", "*.py"],
        ["git", "ls-files", "--others", "--exclude-standard", "-z", "--", "*.py"],
    ):
        answer = subprocess.run(question, cwd=root, check=True, capture_output=True, text=True)
        listed += answer.stdout.split("\0")
    return sorted({Path(name) for name in listed if name})


def module_of(file: Path) -> str:
    """The dotted name of a file relative to the root."""
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nearest_tests(files: Iterable[Path], graph: grimp.ImportGraph) -> list[Path]:
    """Files of tests to run for changed files, the nearest first.

    graph: of the imports of everything. What a test imports through other modules is not counted:
    that would soon be every test.
    """
    ranks: dict[str, int] = {}
    for file in files:
        module = module_of(file)
        if _is_test(module):
            ranks[module] = 0
        if module not in graph.modules:
            continue
        for user in graph.find_modules_that_directly_import(module):
            if _is_test(user):
                mirrored = user == _mirror(module) or user.startswith(f"{_mirror(module)}_")
                ranks[user] = min(ranks.get(user, 9), 1 if mirrored else 2)
    found = sorted(ranks, key=lambda module: (ranks[module], module))
    return [Path(*module.split(".")).with_suffix(".py") for module in found]


def _is_test(module: str) -> bool:
    return module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")


def _mirror(module: str) -> str:
    """Where the tests of a module lie: tests.core.test_masking for core.masking."""
    package, _, name = module.rpartition(".")
    return ".".join(filter(None, ("tests", package, f"test_{name}")))


class Deadline:
    """A plug-in of pytest that begins no test after `at`, on the clock of `time.monotonic`."""

    def __init__(self, at: float) -> None:
        self._at = at

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        done = yield
        if time.monotonic() > self._at:
            item.session.shouldstop = f"{SECONDS:.0f} s are over; all tests: .ci/run"
        return done


def main(revision: str = "HEAD") -> int:
    """→ 0 where all is well. Prints what each check prints."""
    began = time.monotonic()
    files = changed_files(revision)
    if not files:
        print(f"No Python file differs from {revision}.")
        return 0
    names = [str(file) for file in files]
    checks = [
        ["-m", "ruff", "check", *names],
        ["-m", "ruff", "format", "--check", *names],
        ["-m", "mypy"],
        ["-c", LAYERS],
    ]
    for check in checks:
        failed = subprocess.run([sys.executable, *check], cwd=ROOT, check=False).returncode
        if failed:
            return failed
    tests = nearest_tests(files, grimp.build_graph(*PACKAGES, cache_dir=None))
    if not tests:
        print("No test uses these files by name; the whole run is .ci/run.")
        return 0
    deadline = Deadline(began + SECONDS)
    return int(pytest.main(["-q", *(str(ROOT / test) for test in tests)], plugins=[deadline]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
