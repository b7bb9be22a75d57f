"""`./run check`: format, lint, types, import contracts, settings, migrations, table classes; a line for each."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from config.runner.auditing import UNCHECKED
from config.runner.console import complain, say
from config.runner.environment import Role
from config.runner.household import household
from config.runner.npm import collect_design_system
from config.runner.state import ROOT, Kind
from config.runner.temporary import TemporaryState

_TYPED = ("config", "archive", "retention", "foia", "sandbox", "tests", "benchmarks", "manage.py")


@dataclass(frozen=True, slots=True)
class Check:
    """One program whose exit code tells whether all is well. With a `role` it needs a migrated database."""

    name: str
    command: tuple[str, ...]
    role: Role | None = None
    live: bool = False  #: asked as a live state would be


def checks() -> tuple[Check, ...]:
    """Return every check, the quick ones first."""
    typed = tuple(name for name in _TYPED if any((ROOT / name).rglob("*.py")) or (ROOT / name).is_file())
    manage = str(ROOT / "manage.py")
    return (
        Check("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
        Check("lint", ("-m", "ruff", "check", "--quiet", ".")),
        Check("imports", ("-c", "from importlinter.cli import lint_imports_command as c; c()")),
        Check("settings", (manage, "check", "--fail-level", "WARNING"), Role.APP),
        Check("deployment", (manage, "check", "--deploy", "--fail-level", "WARNING"), Role.APP, live=True),
        Check("migrations", (manage, "makemigrations", "--check", "--dry-run"), Role.MIGRATE),
        Check("table classes", (manage, "table_classes"), Role.APP),
        Check("dependencies", ("-m", "config.runner.auditing")),
        Check("types", ("-m", "mypy", "--no-error-summary", *typed)),
    )


def check() -> int:
    """Run every check, also after one has failed; return 1 if any did."""
    collect_design_system(complain, for_tests=True)
    temporary = TemporaryState(Kind.TEST, durable=False)
    failed = []
    try:
        with household(temporary.state, complain) as home:
            home.start_engines()
            for one in checks():
                env = home.environment(one.role or Role.APP)
                if one.live:
                    env["DAYBOOK_STATE_KIND"] = Kind.LIVE
                if not _passes(one, env):
                    failed.append(one.name)
    finally:
        temporary.close()
    say(f"{len(failed)} failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _passes(one: Check, env: Mapping[str, str]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, *one.command],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    took = time.monotonic() - begun
    say(f"{one.name:<14} {'FAILED' if done.returncode else 'ok':<6} {took:5.1f} s")
    if done.returncode or done.stdout.startswith(UNCHECKED):
        say("".join(f"    {line}\n" for line in done.stdout.splitlines()))
    return done.returncode == 0
