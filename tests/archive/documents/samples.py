"""One document of each kind, with the texts that a department meets."""

from config.demo.papers import (
    FURNITURE,
    SAMPLES,
    a_certificate,
    a_charted_report,
    a_denial,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
    photo,
)

__all__ = [
    "FURNITURE",
    "SAMPLES",
    "a_certificate",
    "a_charted_report",
    "a_denial",
    "a_letter",
    "a_record_sheet",
    "a_report",
    "a_thread",
    "photo",
]
