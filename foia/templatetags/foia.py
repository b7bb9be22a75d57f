"""Captured words in templates, with nothing in them that a browser would hide."""

from django import template

from foia.review.marking import readable as named

register = template.Library()


@register.filter
def readable(text: str) -> str:
    """Return captured text with hidden and broken characters named by their code points."""
    return named(text)
