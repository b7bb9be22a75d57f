"""A client of the control endpoint: makes things happen in a running sandbox."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


class Unwilling(Exception):
    """The sandbox refused an act."""


class Puppeteer:
    """Speaks to one sandbox, one request a method. Raises `Unwilling` when refused, `OSError` when not heard."""

    def __init__(self, url: str, control_token: str) -> None:
        self._host = urlsplit(url).netloc
        self._token = control_token

    def post(self, text: str, **arguments: Any) -> str:
        """Post as the page (or as `author`), and return the id. Arguments: `acts.PostAct`."""
        return str(self.act("post", text=text, **arguments)["id"])

    def comment(self, author: str, text: str, **arguments: Any) -> str:
        """Answer `to` (an id) or `to_key`, and return the id."""
        return str(self.act("comment", author=author, text=text, **arguments)["id"])

    def edit(self, **arguments: Any) -> None:
        """Change the status of `id` or `key`. Arguments: `acts.EditAct`."""
        self.act("edit", **arguments)

    def attach(self, label: str, alt: str = "", **name: str) -> None:
        """Add a picture to the status of `id` or `key`."""
        self.act("attach", picture={"label": label, "alt": alt}, **name)

    def hide(self, **name: str) -> None:
        """Hide the status of `id` or `key` from the public."""
        self.act("hide", **name)

    def unhide(self, **name: str) -> None:
        """Show it again."""
        self.act("unhide", **name)

    def delete(self, **name: str) -> None:
        """Delete the status of `id` or `key`."""
        self.act("delete", **name)

    def account(self, username: str, **arguments: Any) -> str:
        """Add a person, and return the id."""
        return str(self.act("account", username=username, **arguments)["id"])

    def fault(self, kind: str, **arguments: Any) -> None:
        """Order a fault. Kinds: `faults.KINDS`; arguments: `faults.Fault`."""
        self.act("faults", kind=kind, **arguments)

    def clear_faults(self) -> None:
        """Let everything work again."""
        self.act("clear")

    def perform(self, script: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Do a list of acts in one request, kept together."""
        made: list[dict[str, Any]] = self._ask("batch", script)
        return made

    def list(self) -> dict[str, Any]:
        """Return what there is: accounts, statuses, faults, and the latest requests of readers."""
        return self.act("list")

    def id_of(self, key: str) -> str:
        """Return the id of the status with that key. Raises `KeyError`."""
        for status in self.list()["statuses"]:
            if status["key"] == key:
                return str(status["id"])
        raise KeyError(key)

    def act(self, act: str, /, **arguments: Any) -> dict[str, Any]:
        """Do one act by its name, and return what the sandbox says of it."""
        made: dict[str, Any] = self._ask(act, arguments)
        return made

    def _ask(self, name: str, arguments: Any) -> Any:
        connection = HTTPConnection(self._host, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            connection.request("POST", f"/control/{name}", json.dumps(arguments), headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise Unwilling(said.get("error", answer.status))
        return said
