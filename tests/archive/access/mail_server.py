"""A mail server for tests: it speaks SMTP on a loopback port and keeps what it took, or refuses as it is told."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


class MailServer(socketserver.ThreadingTCPServer):
    """`taken` are the messages. `refuse` maps a command (`MAIL`, `RCPT`, `DATA`) to the answer it gets instead.

    `lost`: a message is taken, and the line breaks before the server can say so.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, login: tuple[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.login = login
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuse: dict[str, str] = {}
        self.lost = False

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.test")
        allowed = self.server.login is None
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb in self.server.refuse:
                self._say(self.server.refuse[verb])
            elif verb == "EHLO":
                self._say("250-mail.test" + ("\r\n250-AUTH PLAIN" if self.server.login else "") + "\r\n250 8BITMIME")
            elif verb == "AUTH":
                said = base64.b64decode(command.split()[-1]).split(b"\0")[1:]
                allowed = tuple(part.decode() for part in said) == self.server.login
                self._say("235 welcome" if allowed else "535 no")
            elif verb in ("MAIL", "RCPT") and not allowed:
                self._say("530 sign in first")
            elif verb == "RCPT":
                self.server.to.append(command.partition("<")[2].partition(">")[0])
                self._say("250 good")
            elif verb == "DATA":
                self._say("354 go on")
                self.server.taken.append(message_from_bytes(self._text(), EmailMessage, policy=default))
                if self.server.lost:
                    return
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 good")

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server(*, login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """Run a server for a block."""
    server = MailServer(login=login)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
