"""Watches what it started: what ends unasked is started again, with growing pauses; everything ends when it ends."""

import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.runner.interruption import Interruption
from config.runner.service import Running, Service
from config.runner.state_file import StateFile

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_GOOD_LIFE = 60.0  #: a program that lived this long starts again with the first pause

Say = Callable[[str], None]


@dataclass(slots=True)
class _Supervised:
    make: Callable[[], Service]
    running: Running | None
    pause: float = _FIRST_PAUSE
    due: float = 0.0


class Supervisor:
    """Keeps services running. state.json always names what runs."""

    def __init__(self, file: StateFile, interruption: Interruption, say: Say) -> None:
        self._file = file
        self._interruption = interruption
        self._say = say
        self._supervised: dict[str, _Supervised] = {}

    def start(self, make: Callable[[], Service]) -> Running:
        """Start the service that `make` describes; it is asked again for each new start."""
        service = make()
        with self._interruption.held_back():
            running = service.spawn()
            self._supervised[service.name] = _Supervised(make, running)
            self._record()
        return running

    def watch(self, done: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until `done`, which is asked whenever a child process has ended or begun."""
        with _child_signals() as wake:
            while not done():
                if not any(self._look_after(name, one) for name, one in self._supervised.items()):
                    wake.wait(self._next_due())

    def stop(self) -> None:
        """End everything, programs before engines."""
        self._interruption.ending()
        self._file.end_all(self._interruption.in_a_hurry)
        for one in self._supervised.values():
            if one.running:
                one.running.ended()
        self._supervised.clear()

    def _look_after(self, name: str, one: _Supervised) -> bool:
        """Do what is due for one service; tell whether anything was."""
        now = time.monotonic()
        if one.running is None:
            if now < one.due:
                return False
            with self._interruption.held_back():
                one.running = one.make().spawn()
                self._record()
            self._say(f"{name} was started again")
            return True
        code = one.running.ended()
        if code is None:
            return False
        if now - one.running.since > _GOOD_LIFE:
            one.pause = _FIRST_PAUSE
        self._say(
            f"{name} ended unasked ({_cause(code)}); starting it again in {one.pause:.0f} s. "
            f"Its log: {one.running.service.log}"
        )
        one.running, one.due = None, now + one.pause
        one.pause = min(one.pause * 2, _LONGEST_PAUSE)
        self._record()
        return True

    def _next_due(self) -> float | None:
        due = [one.due for one in self._supervised.values() if one.running is None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _record(self) -> None:
        self._file.processes = {name: one.running.identity for name, one in self._supervised.items() if one.running}
        self._file.write()


class _Wake:
    def __init__(self, receiver: socket.socket) -> None:
        self._receiver = receiver
        self._selector = selectors.DefaultSelector()
        self._selector.register(receiver, selectors.EVENT_READ)

    def wait(self, seconds: float | None) -> None:
        if self._selector.select(seconds):
            self._receiver.recv(4096)


@contextmanager
def _child_signals() -> Iterator[_Wake]:
    """Give something to sleep on that wakes when a child ends, without asking again and again."""
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)
    sender.setblocking(False)
    before = signal.signal(signal.SIGCHLD, lambda number, frame: None)
    before_wake = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    try:
        yield _Wake(receiver)
    finally:
        signal.set_wakeup_fd(before_wake)
        signal.signal(signal.SIGCHLD, before)
        receiver.close()
        sender.close()


def _cause(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
