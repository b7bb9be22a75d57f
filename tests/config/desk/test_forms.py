from typing import Any

from django import forms

from tests.archive.documents.test_html import Seen


class Example(forms.Form):
    """One field of each frame."""

    reason = forms.CharField(help_text="Why <now>", widget=forms.Textarea)
    code = forms.ChoiceField(choices=[("", "—"), ("b", "7(1)(b)")])
    scope = forms.ChoiceField(choices=[("all", "All"), ("one", "One")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have read the list")
    remark = forms.CharField(required=False)
    token = forms.CharField(widget=forms.HiddenInput)


def drawn(data: dict[str, Any] | None = None) -> str:
    html = str(Example(data))
    Seen(html.replace("<input", "<img"))
    return html


def test_every_input_has_its_label_and_its_class() -> None:
    html = drawn()
    for name in ("usa-textarea", "usa-select", "usa-radio__input", "usa-checkbox__input", "usa-input"):
        assert name in html
    for field in ("id_reason", "id_code", "id_scope_0", "id_scope_1", "id_sure", "id_remark"):
        assert f'for="{field}"' in html
        assert f'id="{field}"' in html
    assert "<legend" in html
    assert "(optional)" in html
    assert "Why &lt;now&gt;" in html


def test_errors_are_listed_first_and_stand_at_their_fields() -> None:
    html = drawn({"reason": "", "remark": "x"})
    assert html.index("error-summary") < html.index("id_reason")
    assert "5 things need your attention" in html
    assert '<a href="#id_reason">' in html
    assert 'id="id_reason_error"' in html
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert 'aria-invalid="true"' in html
    assert "usa-input--error" in html
