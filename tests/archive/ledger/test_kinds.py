from collections.abc import Mapping

import pytest
from django.test import override_settings

from archive.ledger.errors import FieldError
from archive.ledger.kinds import EVENT_FIELDS, KINDS, EventKind, check_event, find_kind

CAPTURED: Mapping[str, object] = {"/account": "a", "/network": "mastodon", "/type": "Note", "/kind": "post"}
MORE = [EventKind("matter.opened", "matter", frozenset({"/matter/ref"}), private=True)]


def test_every_kind_has_a_schema_and_its_own_name() -> None:
    assert all(kind.schema and kind.name == name for name, kind in KINDS.items())
    assert "padding" not in KINDS


def test_an_event_with_its_required_fields_passes() -> None:
    check_event("capture", "record/1", CAPTURED)
    check_event("disposition.executed", "disposition/2", {"/disposition/certificate": "LRDC-1"})


@pytest.mark.parametrize(
    ("kind", "schema", "names"),
    [
        ("captured", "record/1", CAPTURED),
        ("capture", "post/1", CAPTURED),
        ("capture", "record", CAPTURED),
        ("capture", "record/1", {"/account": "a"}),
        *(("capture", "record/1", {**CAPTURED, name: "x"}) for name in EVENT_FIELDS),
    ],
)
def test_a_bad_event_is_refused_before_it_is_written(kind: str, schema: str, names: Mapping[str, object]) -> None:
    with pytest.raises(FieldError):
        check_event(kind, schema, names)


def test_a_room_above_names_its_own_kinds() -> None:
    assert find_kind("matter.opened") is None
    with override_settings(LEDGER_KINDS=["tests.archive.ledger.test_kinds.MORE"]):
        check_event("matter.opened", "matter/1", {"/matter/ref": "m"})
        with pytest.raises(FieldError):
            check_event("matter.opened", "matter/1", {})
