"""Language tags that may go into a document: networks say what they like in a field for the language."""

from __future__ import annotations

import re
from typing import Final

# What networks use of BCP 47: language, script, region, variants; private and grandfathered tags are left out.
_TAG: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE,
)
_LONGEST: Final = 35
_SAYS_NOTHING: Final = frozenset({"und", "zxx", "mis", "mul"})


def language_tag(said: str | None) -> str | None:
    """The tag in its usual spelling (`pt_br` as `pt-BR`), or None for what is no tag or names no language."""
    if not said or len(said) > _LONGEST:
        return None
    found = _TAG.fullmatch(said.strip().replace("_", "-"))
    if found is None or found["language"].lower() in _SAYS_NOTHING:
        return None
    parts = [found["language"].lower()]
    if found["script"]:
        parts.append(found["script"].title())
    if found["region"]:
        parts.append(found["region"].upper())
    return "-".join(parts) + found["variants"].lower()
