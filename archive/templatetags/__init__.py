"""Filters for templates that show what was captured."""
