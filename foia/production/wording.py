"""The fixed English of productions. A rebuilt bundle says the same, whoever asks for it in whichever language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo


def _kinds() -> Mapping[str, str]:
    return {
        "post": "Post",
        "comment": "Comment",
        "reply": "Reply",
        "message": "Message",
        "story": "Story",
        "profile": "Profile",
        "setting": "Setting",
        "list-entry": "List entry",
        "page": "Page",
        "by-hand": "Captured by hand",
    }


def _observations() -> Mapping[str, str]:
    return {
        "edited": "Edited",
        "hidden": "Hidden",
        "shown": "Shown again",
        "removed": "Removed from the network",
        "absent": "No longer listed by the network",
        "returned": "Seen again",
    }


def _who() -> Mapping[str, str]:
    return {
        "us": "by this department",
        "author": "by its author",
        "network": "by the network",
        "unknown": "by whom is not known",
    }


def _bases() -> Mapping[str, str]:
    return {
        "status-404": "The network answered that there is no such item.",
        "status-410": "The network answered that the item is gone.",
        "tombstone": "The network showed a tombstone.",
        "listing-reconciled": "A whole, reconciled listing lacked it.",
        "field": "The network's own field said so.",
        "version": "A further version was seen.",
    }


def _coverage() -> Mapping[str, Any]:
    return {
        "title": "What was searched and captured",
        "about": (
            "The search of {searched} found {found} records among those captured. All {versions} captured versions of "
            "{records} records were taken into this production; it was made from copies, and nothing was changed on "
            "any network for it."
        ),
        "account": "Account",
        "network": "Network",
        "covered": "Runs covered",
        "partial": "Partial",
        "failed": "Failed",
        "first": "First run",
        "last": "Last run",
        "limits": {
            "without_text": "Records in the searched part that have no text and cannot be found by words",
            "text_past_limit": "Records with text so long that phrases near its end may not be found",
            "older_tokenizer": "Records indexed by older rules for words",
        },
        "counts": (
            "Between two runs something may have been posted and removed unseen. Counts and reactions are those of the "
            "moment of capture."
        ),
    }


@dataclass(frozen=True, slots=True)
class Wording:
    """Version 1 of the words of a production. `zone` is the department's, in which times are given beside UTC."""

    zone: ZoneInfo
    withheld_in_full: str = "This record is withheld in full under {codes}. This page takes its place."
    redacted: str = "Parts of this record are withheld; each black mark names the exemption."
    more_answers: str = "{n} more answers to this record have pages of their own and are not repeated here."
    by_hand: str = "A person took this down by hand; no program read it from the network."
    attachment: str = "Attachment {n}"
    file: str = "file"
    proof: str = (
        "What is shown here is in {path}, field by field, each proved against the department's log; README.txt says "
        "how to check it."
    )
    production_title: str = "Records produced, {first} to {last}"
    production_volume: str = "Records produced, {first} to {last} (part {n})"
    footer: str = "Captured as received from the network; credentials masked."
    exemption_columns: tuple[str, ...] = (
        "Bates",
        "Record",
        "Version",
        "Field",
        "Words",
        "Exemption",
        "Decision",
        "Factual basis",
    )
    demonstration: str = "DEMONSTRATION"
    whole_record: str = "whole record"
    whole_field: str = "whole field"
    kinds: Mapping[str, str] = field(default_factory=_kinds)
    observations: Mapping[str, str] = field(default_factory=_observations)
    who: Mapping[str, str] = field(default_factory=_who)
    bases: Mapping[str, str] = field(default_factory=_bases)
    coverage: Mapping[str, Any] = field(default_factory=_coverage)

    def texts(self) -> Iterator[str]:
        """Yield every text, for the leak scan to know what each bundle says anyway."""
        for each in fields(self):
            yield from _texts(getattr(self, each.name))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)
