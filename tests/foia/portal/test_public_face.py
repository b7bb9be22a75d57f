"""The public face: the database refuses its role everything but a written list, and no inner address leads anywhere."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from pytest_django import Settings

from archive.access.actor import Actor
from archive.access.models import AuditEntry
from archive.storage.services import object_bytes
from config.runner.environment import Role
from config.runner.testing import TestEngines
from foia.portal.face import MAY, ROLE, SCHEMA, VIEWS
from foia.portal.inbox import inbox_take
from foia.portal.models import InboxMessage, PublishedBundle
from foia.portal.publishing import bundles_publish, public_store
from foia.production.models import Bundle, ReleaseDownload
from foia.production.releases import release_revoke
from tests.committed import CommittedDatabase
from tests.fixtures import ROOT
from tests.web.foia_pages import released
from tests.web.routes import routes_in_use
from tests.web.world import World, world_make

ACTS = {
    "SELECT": "SELECT 1 FROM {} LIMIT 1",
    "INSERT": "INSERT INTO {} DEFAULT VALUES",
    "UPDATE": "UPDATE {0} SET {1} = {1} WHERE false",
    "DELETE": "DELETE FROM {} WHERE false",
    "TRUNCATE": "TRUNCATE {}",
}
#: What both faces answer.
OUTER = {
    "",
    "log/",
    "log/checkpoint",
    "log/checkpoints/<int:size>",
    "log/stamps/<int:size>/<int:n>",
    "log/renewals/<str:name>",
    "log/tile/<path:path>",
    "verify/",
    "verify/<str:name>",
    "release/<str:token>/",
    "release/<str:token>/bundle/",
}
#: Asks each address as the public face answers it, in a process that has nothing but that face.
ASK = """
import hashlib, json, sys, django
django.setup()
from django.test import Client
client, told = Client(raise_request_exception=False), []
for method, path in json.loads(sys.stdin.read()):
    answer = getattr(client, method)(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told.append([method, path, answer.status_code, hashlib.sha256(body).hexdigest()])
loaded = sorted(name for name in sys.modules if name.split(".")[-1] in ("urls", "urls_public"))
ours = [name for name in loaded if name.split(".")[0] in ("config", "foia", "retention", "archive")]
print(json.dumps({"told": told, "loaded": ours}))
"""


def ask(engines: TestEngines, database: str, asked: list[tuple[str, str]], store: str) -> dict[str, Any]:
    """Return what the public face answers, from a process with its environment."""
    env = engines.environment(Role.PUBLIC, database) | {
        "DJANGO_SETTINGS_MODULE": "config.settings_public",
        "PUBLIC_STORE_URL": store,
        "DAYBOOK_PUBLIC_HOSTS": "testserver",
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", ASK], env=env, cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def sample(route: str) -> str:
    """An address of a route, with values that name nothing."""
    values = {"uuid": str(UUID(int=0)), "int": "7", "slug": "x", "str": "x", "path": "x"}
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda place: values[place[1] or "str"], route)


@pytest.mark.commits
def test_the_role_may_do_what_is_written_and_nothing_else(
    committed_db: CommittedDatabase, engines: TestEngines
) -> None:
    released(world_make())
    with psycopg.connect(engines.url("superuser", committed_db.name), autocommit=True) as boss:
        relations = boss.execute(
            "SELECT table_schema, table_name, (SELECT column_name FROM information_schema.columns c"
            " WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name LIMIT 1)"
            " FROM information_schema.tables t WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        functions = boss.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND has_schema_privilege(%s, n.oid, 'USAGE')",
            [ROLE],
        ).fetchall()
        schemas = boss.execute(
            "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(%s, oid, 'CREATE')", [ROLE]
        ).fetchall()
        databases = boss.execute(
            "SELECT has_database_privilege(%s, current_database(), 'CREATE, TEMP')", [ROLE]
        ).fetchone()
        memberships = boss.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> %s AND pg_has_role(%s, oid, 'MEMBER')", [ROLE, ROLE]
        ).fetchall()
    assert (functions, schemas, databases, memberships) == ([], [], (False,), [])
    assert len(relations) > 90
    did: dict[str, set[str]] = {}
    with psycopg.connect(engines.url("public", committed_db.name), autocommit=True) as stranger:
        for schema, table, column in relations:
            for act, statement in ACTS.items():
                try:
                    stranger.execute(statement.format(f'"{schema}"."{table}"', f'"{column}"'))
                except (psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType):
                    continue
                except psycopg.Error:
                    pass  # let through as far as rights go, and refused for another reason
                did.setdefault(f"{schema}.{table}", set()).add(act)
        assert did == {f"{SCHEMA}.{table}": set(acts) for table, acts in MAY.items()}
        # What it reads is what was released: nobody's number, no internal row.
        made = stranger.execute("SELECT by_id, event_id FROM release").fetchall()
        assert made == [(None, None)]
        assert stranger.execute("SELECT count(*) FROM production").fetchone() == (1,)
        with pytest.raises(psycopg.errors.CheckViolation):
            stranger.execute("INSERT INTO inbox (kind, thing) VALUES ('anything', gen_random_uuid())")


@pytest.mark.django_db
def test_every_view_has_the_columns_of_the_table_whose_name_it_bears() -> None:
    from django.apps import apps
    from django.db import connection

    columns = {model._meta.db_table: {f.column for f in model._meta.concrete_fields} for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE n.nspname = %s GROUP BY c.relname",
            [SCHEMA],
        )
        shown = {name: set(names) for name, names in cursor.fetchall()}
    assert set(shown) == {*VIEWS, "inbox"}
    assert {name: shown[name] for name in VIEWS} == {name: columns[name] for name in VIEWS}


@pytest.mark.commits
def test_inner_addresses_lead_nowhere_and_a_released_bundle_comes_from_the_public_store(
    committed_db: CommittedDatabase, engines: TestEngines, settings: Settings, tmp_path: Path
) -> None:
    settings.PUBLIC_STORE_URL = store = f"file://{tmp_path}/public"
    world: World = world_make()
    handed = released(world)
    link = f"/release/{handed.token}/"
    inner = sorted(routes_in_use() - OUTER)
    asked = [(method, sample(route)) for route in inner for method in ("get", "post")]
    ours = [("get", path) for path in ("/", "/health", "/log/", "/verify/", "/verify/verify.py", link)]
    early = ask(engines, committed_db.name, [*asked, *ours, ("get", link + "bundle/")], store)
    assert len(asked) > 200
    assert [told for told in early["told"][: len(asked)] if told[2] != 404] == []
    assert [told for told in early["told"][len(asked) : -1] if told[2] != 200] == []
    assert early["told"][-1][2] == 503  # not copied yet
    assert early["loaded"] == ["archive.packages.urls", "config.urls_public"]

    assert bundles_publish(at=world.at) == {"published": 1, "removed": 0}
    assert bundles_publish(at=world.at) == {"published": 0, "removed": 0}
    bundle = Bundle.objects.select_related("stored").get()
    wanted = hashlib.sha256(object_bytes(bundle.stored)).hexdigest()
    counted = ReleaseDownload.objects.count()
    [*_, got] = ask(engines, committed_db.name, [("get", link), ("get", link + "bundle/")], store)["told"]
    assert got[2:] == [200, wanted]
    assert InboxMessage.objects.count() == 1
    assert inbox_take(at=world.at) == 1
    assert ReleaseDownload.objects.count() == counted + 1
    assert AuditEntry.objects.filter(action="release.download").exists()

    key = str(PublishedBundle.objects.get(removed_at=None).key)
    by = Actor(user=handed.release.by)
    release_revoke(release=handed.release, reason="", actor=by, at=world.at + timedelta(minutes=1))
    late = ask(engines, committed_db.name, [("get", link), ("get", link + "bundle/")], store)["told"]
    assert [told[2] for told in late] == [404, 404]
    assert bundles_publish(at=world.at + timedelta(minutes=2)) == {"published": 0, "removed": 1}
    kept = public_store()
    assert kept is not None
    assert not kept.exists(key)


def test_a_face_does_not_start_with_the_rights_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.web import command

    monkeypatch.setenv("DAYBOOK_ROLE", "app")
    with pytest.raises(ValueError, match="public"):
        command("public", "127.0.0.1:1", 1)
    monkeypatch.setenv("DAYBOOK_ROLE", "public")
    with pytest.raises(ValueError, match="staff"):
        command("staff", "127.0.0.1:1", 1)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    with pytest.raises(ValueError, match="settings_public"):
        command("public", "127.0.0.1:1", 1)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings_public")
    assert "config.wsgi" in command("public", "127.0.0.1:1", 1)
