"""Deleting a person is impossible, whatever role somebody works as; disabling is not."""

import psycopg
import pytest

from archive.access.models import User
from tests.archive.capture.world import person
from tests.committed import CommittedDatabase


@pytest.mark.commits
def test_not_even_the_owner_of_the_tables_deletes_a_person(committed_db: CommittedDatabase) -> None:
    clerk = person("clerk")
    owner = committed_db.connect("migrate")
    owner.execute("SET ROLE daybook_owner")
    with pytest.raises(psycopg.Error, match="never deleted"):
        owner.execute("DELETE FROM person")
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not User.objects.get(pk=clerk.pk).is_active
