"""Ctrl-C and SIGTERM: the first asks for an orderly end, a second one for a quick one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequested(BaseException):
    """The person, or the system, asked this process to end. Like KeyboardInterrupt, nothing swallows it."""


class Interruption:
    """Turns the signals into StopRequested, but never in the middle of starting a process."""

    def __init__(self) -> None:
        self._count = 0
        self._armed = True

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take over SIGINT, SIGTERM and SIGHUP for a block."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [signal.signal(number, self._handle) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Let a block finish: a signal that comes meanwhile takes effect after it."""
        was_armed, self._armed = self._armed, False
        try:
            yield
        finally:
            self._armed = was_armed
        if self._count and self._armed:
            self._stop()

    def ending(self) -> None:
        """From now on signals only hurry the end."""
        self._armed = False
        self._count = min(self._count, 1)

    def in_a_hurry(self) -> bool:
        """Tell whether a second signal came."""
        return self._count > 1

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._armed:
            self._stop()

    def _stop(self) -> None:
        self._armed = False
        raise StopRequested
