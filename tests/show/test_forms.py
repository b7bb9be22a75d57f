"""Forms do not change evidence or content: the product has none that would, and the database refuses one that did."""

import importlib
import pkgutil
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.forms import ModelForm, modelform_factory
from django.urls import get_resolver

from archive.tables import TableClass

KEPT = {TableClass.EVIDENCE, TableClass.CONTENT}
MODELS = sorted(
    (model for model in apps.get_models() if getattr(model, "table_class", None) in KEPT),
    key=lambda model: model._meta.db_table,
)


def forms_below(base: type[Any]) -> list[type[Any]]:
    """Return every class that derives from `base`, at any depth."""
    return [each for child in base.__subclasses__() for each in (child, *forms_below(child))]


def test_no_form_of_the_product_is_bound_to_evidence_or_content() -> None:
    assert get_resolver().url_patterns, "every view, and with it every form, is imported"
    for package in ("archive", "retention", "foia", "config"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if module.name.endswith("forms"):
                importlib.import_module(module.name)
    ours = [form for form in forms_below(ModelForm) if form.__module__.split(".")[0] != "django"]
    bound = [form._meta.model for form in ours if form.__module__ != __name__]
    assert [model for model in bound if getattr(model, "table_class", None) in KEPT] == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_a_form_that_saves_over_a_kept_row_is_refused_by_the_database(model: type[Any]) -> None:
    form_class: type[ModelForm[Any]] = modelform_factory(model, fields=[])
    row = model()
    row.pk = (1,) * len(model._meta.pk_fields) if len(model._meta.pk_fields) > 1 else _key(model)
    row._state.adding = False
    form = form_class(data={}, instance=row)
    assert form.is_valid(), form.errors
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        form.save()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        row.delete()


def _key(model: type[Any]) -> object:
    kind = model._meta.pk.get_internal_type()
    return "00000000-0000-4000-8000-000000000000" if kind == "UUIDField" else 1
