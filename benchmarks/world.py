"""What every benchmark stands on: a department, people, an approved page, and sessions of other roles."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.services import department_found, user_appoint
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from config.runner.engines import Engines
from config.runner.state import read_about
from config.runner.state_file import StateFile

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def people() -> tuple[Actor, Actor]:
    """Return a records manager and a chief."""
    department_found(name="Benchmark Police Department")
    made: list[User] = []
    for name, office in (("manager", "records-manager"), ("chief", "chief")):
        made.append(
            user_appoint(
                username=name, name=name, offices=[office], password="for benchmarks only", at=AT - timedelta(days=1)
            )
        )
    return Actor(made[0]), Actor(made[1])


def page(handle: str) -> tuple[Actor, Account]:
    """Return the records manager and an approved page that takes tables."""
    manager, chief = people()
    account = account_propose(
        actor=manager, network="import", handle=handle, name=handle, base_url=f"import:{handle}", at=AT
    )
    account_approve(actor=chief, account_ref=account.ref, at=AT)
    return manager, Account.objects.get(pk=account.pk)


def session_as(role: str) -> psycopg.Connection[Any]:
    """Open a session in autocommit mode as `sequencer` or `migrate`, whose passwords the temporary state knows."""
    directory = Path(os.environ["DAYBOOK_STATE_DIR"])
    engines = Engines.of(read_about(directory), StateFile.read(directory).ports)
    name = str(connection.settings_dict["NAME"])
    return psycopg.connect(engines.database_url(f"daybook_{role}", name), autocommit=True)
