"""The setup code: printed on the terminal, good until the first person can sign in, and of no use after that."""

import hmac
import re
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from archive.access.people import have_a_password

_PASSED = "setup"  #: in the session of whoever typed the code: its digest


def setup_open() -> bool:
    """Tell whether the state waits to be founded: it has a code, and nobody who could sign in."""
    return bool(_code()) and not have_a_password().exists()


def code_right(typed: str) -> bool:
    """Tell whether this is the code; spaces, dashes and capitals do not matter."""
    told = re.sub(r"[\s-]", "", typed).upper()
    code = _code()
    return bool(code) and hmac.compare_digest(told.encode("utf-8", "replace"), code.encode())


def passed(request: HttpRequest) -> bool:
    """Tell whether this browser typed the code."""
    kept = request.session.get(_PASSED)
    return isinstance(kept, str) and bool(_code()) and hmac.compare_digest(kept.encode(), _digest().encode())


def pass_keep(request: HttpRequest) -> None:
    """Remember that this browser typed the code, in a session with a new key."""
    request.session.cycle_key()
    request.session[_PASSED] = _digest()


def _code() -> str:
    try:
        text = Path(settings.SETUP_CODE_FILE).read_text() if settings.SETUP_CODE_FILE else ""
    except OSError:
        return ""
    return re.sub(r"[\s-]", "", text).upper()


def _digest() -> str:
    return sha256(f"daybook setup code\n{_code()}".encode()).hexdigest()
