"""`manage demo_state`: give a demonstration state its people, rules and page; show the logins."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.founding import NotADemonstration, demonstration_found, logins, sandbox_address


class Command(BaseCommand):
    """Safe to repeat. Exit 1 in a state that is not a demonstration."""

    help = "Fill a demonstration state and show its logins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Found the demonstration and print who can sign in."""
        try:
            url, token, _ = sandbox_address()
            password = self._password()
            demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
        except NotADemonstration as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write("\nDEMONSTRATION: everything here is invented. Sign in as:")
        for username, name, offices in logins():
            self.stdout.write(f"  {username:<10} {name:<18} {offices}")
        self.stdout.write(f"  password of all: {password}\n")

    def _password(self) -> str:
        """Return this state's demonstration password, drawn once."""
        path = Path(settings.DAYBOOK_STATE_DIR) / "secrets" / "demo-password"
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write("riverton-" + secrets.token_hex(4))
        return path.read_text()
