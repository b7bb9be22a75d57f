"""The archive alone boots, and destroys nothing (`pytest --archive-only tests/archive` runs all its tests that way)."""

import os
import subprocess
import sys

import pytest
from pytest_django import Settings

from archive.capture.models import Slice
from archive.destruction.errors import Refused
from archive.destruction.services import destroy_record
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.fixtures import ROOT

CHECK = """
import sys, django
django.setup()
from django.core.management import call_command
from django.conf import settings
call_command("check", fail_level="WARNING")
above = sorted(name for name in sys.modules if name.split(".")[0] in {"retention", "foia", "sandbox"})
print(above, settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS)
"""


def test_the_archive_boots_without_importing_anything_above_it() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_archive_only"}
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[] [] []"


@pytest.mark.django_db
def test_with_an_order_in_force_and_no_guard_listed_destruction_still_refuses(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = [], []
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    with pytest.raises(Refused) as caught:
        destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    assert [code for code, _ in caught.value.reasons] == ["guard.none"]
    assert Slice.objects.filter(record_id=record).exists()
