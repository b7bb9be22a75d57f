"""The session engine: Django's own, with the person, the device and the last sign of life in columns of their own.

A session that is ended here (its row deleted) is over with the next request: nothing brings the row back.
"""

import uuid
from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from archive.access.sign_in_models import PersonSession

FACTS = "daybook"  #: the key of the session's data under which the facts of its row lie


class SessionStore(DatabaseStore):
    """A session whose row tells whose it is. `seen_at` is as the row said when the session was read."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[PersonSession]:
        """The table of the sessions."""
        return PersonSession

    def _get_session_from_db(self) -> PersonSession | None:
        row: PersonSession | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None:
            self.seen_at = row.seen_at
        return row

    def save(self, must_create: bool = False) -> None:
        """Write the row. A new key is a new row with its own reference, also with the data of another."""
        if must_create and FACTS in (data := self._get_session(no_load=True)):  # type: ignore[attr-defined]
            data[FACTS] = data[FACTS] | {"ref": str(uuid.uuid4())}
        super().save(must_create=must_create)

    def create_model_instance(self, data: dict[str, Any]) -> PersonSession:
        """The row of these data."""
        now = timezone.now()
        facts = data.setdefault(FACTS, {})
        facts.setdefault("ref", str(uuid.uuid4()))
        facts.setdefault("started_at", now.isoformat())
        row = cast(PersonSession, super().create_model_instance(data))
        row.ref = uuid.UUID(facts["ref"])
        row.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = facts.get("device", "")
        row.method = facts.get("method", "")
        row.address = facts.get("address")
        row.browser = facts.get("browser", "")
        row.started_at = datetime.fromisoformat(facts["started_at"])
        row.seen_at = self.seen_at or now
        return row

    def touch(self, at: datetime) -> None:
        """Note that the person was there at `at`."""
        self.seen_at = at
        PersonSession.objects.filter(session_key=self.session_key).update(seen_at=at)
