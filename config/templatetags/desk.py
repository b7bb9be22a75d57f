"""Small words for templates: times with their zone, form fields in the design system's classes, addresses of pages."""

from datetime import datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.http import HttpRequest
from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.safestring import SafeString

from archive.access.capability_names import CAPABILITIES

register = template.Library()

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
    (forms.FileInput, "usa-file-input"),
)


@register.filter
def moment(at: datetime | None) -> str:
    """An instant to the minute in the department's zone, the zone named; a dash for none."""
    return formatted(timezone.localtime(at), "M j, Y, g:i A T") if at else "—"


@register.filter
def moment_exact(at: datetime | None) -> str:
    """An instant to the second in the department's zone, the zone named; a dash for none."""
    return formatted(timezone.localtime(at), "M j, Y, g:i:s A T") if at else "—"


@register.filter
def capability(code: str) -> object:
    """What a capability lets its holder do, in words."""
    return CAPABILITIES.get(code, code)


@register.filter
def kind_of_field(field: BoundField) -> str:
    """`choices` (several inputs), `checkbox` (one) or `single`: which frame the field is drawn in."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "checkbox" if isinstance(field.field.widget, forms.CheckboxInput) else "single"


@register.simple_tag
def drawn(field: BoundField) -> SafeString:
    """The field's input with the classes of the design system; those of the form's own are kept."""
    widget = field.field.widget
    names = [_class_of(widget), str(widget.attrs.get("class", ""))]
    if field.errors:
        names.append("usa-input--error")
    return field.as_widget(attrs={"class": " ".join(name for name in names if name)})


@register.simple_tag
def options(field: BoundField) -> list[BoundWidget]:
    """The inputs of a field that offers choices, with the classes of the design system."""
    found: list[BoundWidget] = list(field.subwidgets)
    for option in found:
        option.data["attrs"]["class"] = _class_of(field.field.widget)
    return found


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """This page's query with some values changed; an empty or missing value takes its name out."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _class_of(widget: forms.Widget) -> str:
    return next((name for kind, name in _CLASSES if isinstance(widget, kind)), "usa-input")
