"""Forms drawn with the design system: `{{ form }}` gives the error summary and every field, labelled and described."""

from django.forms.renderers import TemplatesSetting


class DesignSystem(TemplatesSetting):
    """Draws forms, fields and error lists with the templates of this project."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
