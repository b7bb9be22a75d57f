"""Passwords that are known to others: our own short list, and the list that the department points us to.

No network is asked. The file is in the format of Have I Been Pwned's download: one line for each password, the SHA-1 in
upper-case hexadecimal digits, a colon and a count, in the order of the digests. It is searched where it lies: a file of
forty gigabytes takes some thirty short reads.
"""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DIGITS = 40


@cache
def own_list() -> frozenset[str]:
    """The passwords of our own list, in small letters."""
    lines = resources.files("archive.access").joinpath("known_passwords.txt").read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def breached_count(password: str, file: Path) -> int:
    """Return how often the password is in the breaches that the file lists; 0 when it is in none.

    Raises OSError when the file cannot be read.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:  # the wanted line begins in [low, high)
            middle = (low + high) // 2
            lines.seek(max(middle - 1, 0))
            if middle:
                lines.readline()  # to the first line that begins at `middle` or later
            here = lines.tell()
            line = lines.readline()
            digest = line[:DIGITS].upper()
            if not line or digest > wanted:
                high = middle
            elif digest < wanted:
                low = here + len(line)
            else:
                count = line[DIGITS:].strip(b":\r\n ")
                return int(count) if count.isdigit() else 1
    return 0


class BreachedListValidator:
    """Refuses what stands in our own list, or in the file that BREACHED_PASSWORDS_FILE names."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when the password is known to others."""
        if password.lower() in own_list():
            raise ValidationError(_("This password is among the first that others try."), code="password_known")
        if not settings.BREACHED_PASSWORDS_FILE:
            return
        try:
            count = breached_count(password, Path(settings.BREACHED_PASSWORDS_FILE))
        except OSError as error:
            raise ValidationError(
                _("The list of breached passwords cannot be read. Tell the administrator; nothing was changed."),
                code="password_list_unread",
            ) from error
        if count:
            raise ValidationError(
                ngettext(
                    "This password was found in %(n)d breach of another service.",
                    "This password was found %(n)d times in breaches of other services.",
                    count,
                )
                % {"n": count},
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """What the person is told beforehand."""
        return _("Your password can't be one that is known from breaches of other services.")
