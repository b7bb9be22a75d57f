"""The secrets of a state: random, made once, each in a file that only its owner reads."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from config.runner.errors import RunnerError
from config.runner.folders import PRIVATE, make_folder


class SecretFiles:
    """A folder of secrets. A secret that is asked for the first time is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder, PRIVATE)

    def password(self, name: str) -> str:
        """Return a password of 43 characters that needs no quoting in a URL or in SQL."""
        return self._path(name, lambda: secrets.token_urlsafe(32).encode()).read_text()

    def key_file(self, name: str) -> Path:
        """Return the path of a file with 32 random bytes."""
        return self._path(name, lambda: secrets.token_bytes(32))

    def text_file(self, name: str) -> Path:
        """Return the path of a file with one random line of text."""
        return self._path(name, lambda: secrets.token_urlsafe(48).encode())

    def code_file(self, name: str) -> Path:
        """Return the path of a file with a code of 80 random bits that a person can type: ABCD-EFGH-…"""
        return self._path(name, _code)

    def _path(self, name: str, make: Callable[[], bytes]) -> Path:
        path = self._folder / name
        try:
            if path.stat().st_size:
                return path
        except FileNotFoundError:
            pass
        except PermissionError as error:
            raise RunnerError(f"{path} belongs to another user; use the account that made this state.") from error
        half = self._folder / f".{name}-{secrets.token_hex(8)}"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(half, path)  # unlike a rename, this cannot replace a secret that another process made meanwhile
        except FileExistsError:
            if (
                not path.stat().st_size
            ):  # an empty file is what a full disk leaves behind; nothing was ever locked by it
                half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        return path


def _code() -> bytes:
    text = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4)).encode()
