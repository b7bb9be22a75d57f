"""A person who is signed in over the web before the killing, and must still be after it."""

import os
from pathlib import Path

import httpx

from config.runner.ports import LOOPBACK
from config.runner.state_file import StateFile


class SignedIn:
    """One browser session of a person of the demonstration."""

    def __init__(self, *, username: str, password: str) -> None:
        """Sign in. Raises RuntimeError when the web process does not let the person in."""
        port = StateFile.read(Path(os.environ["DAYBOOK_STATE_DIR"])).ports["web"]
        self._client = httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=30, trust_env=False)
        self._client.get("/sign-in/")
        answer = self._client.post(
            "/sign-in/",
            data={
                "login": username,
                "password": password,
                "device": "desk",
                "csrfmiddlewaretoken": self._client.cookies["csrftoken"],
            },
        )
        if answer.status_code != httpx.codes.FOUND:
            raise RuntimeError(f"The web process answered the sign-in with {answer.status_code}.")

    def still(self) -> bool | None:
        """Tell whether the first page still opens without a new sign-in; None while nobody answers well."""
        try:
            answer = self._client.get("/")
        except httpx.HTTPError:
            return None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return None
        return answer.status_code == httpx.codes.OK

    def page(self, path: str) -> str | None:
        """Return a page as this person sees it; None while nobody answers well."""
        try:
            answer = self._client.get(path)
        except httpx.HTTPError:
            return None
        return answer.text if answer.status_code == httpx.codes.OK else None
