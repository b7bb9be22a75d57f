"""Reading at a bounded rate, so that fixity never takes the disk from those who work."""

from collections.abc import Callable, Iterator


class Pace:
    """Lets bytes through at no more than `per_second`, counted from when it was made.

    `clock` gives seconds that only grow; `pause` waits for so many seconds.
    """

    def __init__(self, per_second: int, *, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        self._per_second, self._clock, self._pause = per_second, clock, pause
        self._begun, self.passed = clock(), 0

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks, each after as long as the bytes before it may take."""
        for chunk in chunks:
            self.passed += len(chunk)
            ahead = self.passed / self._per_second - (self._clock() - self._begun)
            if ahead > 0:
                self._pause(ahead)
            yield chunk
