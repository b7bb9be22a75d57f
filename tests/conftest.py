"""The database plumbing of the tests: real engines, a template migrated once, and a clone for each process.

Tests connect as `daybook_app`, like the product. An ordinary test rolls back. A test that must commit carries
`@pytest.mark.commits` and gets a database of its own. The engines start with the first test that needs them.
"""

import gc
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings as django_settings

from config.runner.environment import Role
from config.runner.state import Kind
from config.runner.temporary import TemporaryState
from config.runner.testing import TestEngines
from tests.committed import CommittedDatabase, committed_database

# A machine that is busy draws slowly; that says nothing of what is tested.
hypothesis.settings.register_profile("daybook", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
hypothesis.settings.load_profile("daybook")

_SESSION = "DAYBOOK_TEST_SESSION"  # the folder of the session's state, for its worker processes
_engines: pytest.StashKey[TestEngines] = pytest.StashKey()
_state: pytest.StashKey[TemporaryState] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest --archive-only tests/archive` run the archive's tests without the apps above it."""
    parser.addoption("--hostile", type=int, default=1, help="how often rubbish is sent to every form")
    parser.addoption("--without-drilled", action="store_true", help="leave out what a drill does too (see the marker)")
    parser.addoption("--archive-only", action="store_true", help="use config.settings_archive_only")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the session's state, ports and passwords, and tell the settings by the environment."""
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if not worker:
        config.stash[_state] = TemporaryState(Kind.TEST, durable=False)
        os.environ[_SESSION] = str(config.stash[_state].state.directory)
        signal.signal(signal.SIGTERM, _interrupt)
    settings = "config.settings_archive_only" if config.getoption("archive_only") else "config.settings"
    engines = TestEngines(Path(os.environ[_SESSION]), number=int(worker[1]) + 1 if worker else 0, settings=settings)
    config.stash[_engines] = engines
    env = engines.environment(Role.APP, engines.database)
    for name in [name for name in os.environ if name not in env and name != _SESSION]:
        del os.environ[name]
    os.environ.update(env)
    django.setup()
    # Each test client would list every static file anew; only a browser asks for them (tests/web/test_axe.py).
    django_settings.WHITENOISE_USE_FINDERS = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the long tests first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    for item in items:
        drill = item.get_closest_marker("drilled")
        if drill and item.config.getoption("without_drilled"):
            item.add_marker(pytest.mark.skip(reason=f"left out: ./run drill {drill.args[0]} does it at length"))


def pytest_collection_finish() -> None:
    """Leave what lives as long as the session out of every later search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Keep pytest-django from reading the settings in a worker before the worker's own addresses are in place."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the engines and remove their folders, also after Ctrl-C."""
    if _state in config.stash:
        config.stash[_state].close()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> TestEngines:
    """The running engines: ports, addresses for each role and for the superuser, environments for child processes."""
    engines = request.config.stash[_engines]
    engines.start()
    return engines


@pytest.fixture(scope="session")
def django_db_setup(engines: TestEngines, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Give this process its clone of the template; stands in for the fixture of pytest-django."""
    engines.drop(engines.database)
    engines.clone(engines.database)
    yield
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()
    engines.drop(engines.database)


@pytest.fixture
def committed_db(engines: TestEngines, django_db_setup: None, django_db_blocker: Any) -> Iterator[CommittedDatabase]:
    """A database of the test's own, in which it may commit; Django is connected to it as the app."""
    with django_db_blocker.unblock(), committed_database(engines) as database:
        yield database


@pytest.fixture(autouse=True)
def _mark_commits(request: pytest.FixtureRequest) -> None:
    """Give every test marked `commits` its database, whether it asks for the fixture or not."""
    if request.node.get_closest_marker("commits"):
        if request.node.get_closest_marker("django_db"):
            pytest.fail("A test is marked `commits` or `django_db`, not both.")
        request.getfixturevalue("committed_db")


@pytest.fixture(scope="session", autouse=True)
def _no_flush() -> None:
    """Django's flush truncates; evidence refuses that, and a test that needs it wants `commits`."""
    from django.core.management.commands.flush import Command

    def refuse(self: object, **options: object) -> None:
        raise AssertionError("Flush is an error here: mark the test `commits` instead of `transaction=True`.")

    Command.handle = refuse  # type: ignore[method-assign]
