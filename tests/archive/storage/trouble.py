"""A wire to a server that fails on purpose: before the request arrives, or after it was done."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_FULL = (
    b"HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n"
    b"<Error><Code>InsufficientStorage</Code><Message>No room.</Message></Error>"
)


class Wire:
    """Passes bytes to a port. `trouble` says what befalls the connections made from now on.

    `refused` ends them before a byte is passed on; `unanswered` passes the request on, waits for the answer and ends
    the connection instead of giving it back; `cut` gives back the first 300 bytes of the answer only; `full` answers
    in the server's place that its disks are full (RFC 4918, 11.5).
    """

    def __init__(self, target: int) -> None:
        self._target, self.trouble = target, ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client, self.trouble), daemon=True).start()

    def _pass(self, client: socket.socket, trouble: str) -> None:
        with client:
            if trouble == "refused":
                return
            if trouble == "full":
                _receive(client)
                client.sendall(_FULL)
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                _answer(client, server, trouble)
                for each in (client, server):  # closing alone would not wake the thread that reads from it
                    with suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def _answer(client: socket.socket, server: socket.socket, trouble: str) -> None:
    left = 300 if trouble == "cut" else 1 << 62
    while left > 0 and (octets := _receive(server)):
        if trouble == "unanswered" and not octets.startswith(b"HTTP/1.1 100"):
            return
        client.sendall(octets[:left])
        left -= len(octets)


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while octets := _receive(source):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    """Lay a wire to a port for a block."""
    laid = Wire(target)
    try:
        yield laid
    finally:
        laid.close()
