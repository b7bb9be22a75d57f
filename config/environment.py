"""Readers of the environment that fail loudly: a wrong value stops the process with a sentence."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_text(name: str, *, default: str) -> str:
    """Return the variable, or `default` when it is not set."""
    return os.environ.get(name, default)


def read_secret(name: str, *, default: str = "") -> str:
    """Return the text of the file that NAME_FILE names, else the variable itself, else `default`.

    What is in the environment can be read by every process of the account, so a file is the better place.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path!r}, which cannot be read: {error}") from error


def read_path(name: str, *, default: Path) -> Path:
    """Return the variable as an absolute path."""
    return Path(os.environ.get(name, default)).absolute()


def read_list(name: str) -> list[str]:
    """Return the parts between semicolons, without the space around them; empty when it is not set."""
    return [part.strip() for part in os.environ.get(name, "").split(";") if part.strip()]


def read_bool(name: str, *, default: bool) -> bool:
    """Return the variable as yes or no; it must be one of 1, 0, yes, no."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value not in {"1", "0", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be 1, 0, yes or no, not {value!r}.")
    return value in {"1", "yes"}


def read_number(name: str, *, default: int) -> int:
    """Return the variable as a whole number above zero."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not value.isascii() or int(value) == 0:
        raise ImproperlyConfigured(f"{name} must be a whole number above zero, not {value!r}.")
    return int(value)


def read_choice(name: str, choices: set[str], *, default: str) -> str:
    """Return the variable if it is one of `choices`."""
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}.")
    return value


def read_secret_file(name: str, *, test_default: str, state: str) -> str:
    """Return the text of the file that the variable names; only a test state may go without one."""
    path = os.environ.get(name)
    if path:
        return Path(path).read_text().strip()
    if state == "test":
        return test_default
    raise ImproperlyConfigured(f"{name} is not set: a {state} state needs its secret file.")
