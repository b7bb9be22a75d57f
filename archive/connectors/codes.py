"""The codes under which bytes are quarantined or remarked on, with the sentence a clerk reads."""

from collections.abc import Mapping

BAD_CODES: Mapping[str, str] = {
    "malformed": "The answer is not JSON that can be read.",
    "wrong-shape": "The answer is JSON, but not a list or object of the expected kind.",
    "too-large": "The answer is larger than the limit; reading stopped there.",
    "too-deep": "The item is nested deeper than the limit.",
    "too-long": "A field is longer than the limit.",
    "too-many": "The item or page holds more parts than the limit.",
    "not-utf8": "The item holds bytes that are not UTF-8.",
    "wrong-type": "A field holds a value of the wrong type.",
    "missing-field": "A required field is missing.",
    "missing-id": "The item has no id.",
    "duplicate-key": "The item names one field twice.",
    "lone-surrogate": "The item holds half of a surrogate pair.",
    "nul": "The item holds the character U+0000.",
    "impossible-date": "A date in the item does not exist.",
    "cut-body": "The answer ended before its declared length.",
}
"""Every code a `BadItem` may carry, with the sentence a clerk reads."""

NOTICE_CODES: Mapping[str, str] = {
    "unknown-field": "The network sent a field that this connector does not know. It is kept in the bytes.",
    "time-without-zone": "A time came without a zone. It is kept as written and starts no clock.",
    "leap-second": "A time names second 60. It was read as second 59.",
    "half-page": "The network marked this answer as partial.",
}
"""Every code a `Notice` may carry, with the sentence a clerk reads."""
