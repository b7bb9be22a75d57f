"""Drawing with several processes: for one large document, or for many small ones.

The processes are begun when there is work for them, told nothing but what to draw, and given no environment: they can
neither reach a database nor hold on to a connection.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from archive.documents.document import Document
from archive.documents.errors import WorkerLost
from archive.documents.pdf.assembly import Assembly
from archive.documents.pdf.layout import Laid, Stretch
from archive.documents.pdf.plan import stretches
from archive.documents.pdf.rendering import render
from archive.documents.pdf.wire import packed
from archive.documents.pdf.worker import receive, send

_WORTH: Final = 8
"""Stretches from which it pays to begin processes: each takes about as long to begin as a hundred pages."""
_BATCH: Final = 25
"""Small documents sent at once."""
_AHEAD: Final = 2
"""Stretches sent for each process before the first answer is awaited: it bounds what lies about."""
_LISTEN: Final = 0.5
"""Seconds between two beats while nothing is done."""
_MOST: Final = 4
_PROGRAM: Final = "from archive.documents.pdf.worker import main; main()"
_ROOT: Final = Path(__file__).parents[3]

Beat = Callable[[], None]


def _no_beat() -> None:
    return None


class Workers:
    """Processes that draw. Use as a context: they end with it.

    with Workers() as workers:
        workers.render(document, out)
    """

    def __init__(self, count: int | None = None) -> None:
        """`count` processes; by default as many as the machine has cores for us, at most four."""
        self.count = count or min(_MOST, os.cpu_count() or 1)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._idle: SimpleQueue[subprocess.Popen[bytes] | None] = SimpleQueue()
        self._begun: tuple[ThreadPoolExecutor, TemporaryDirectory[str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that run."""
        return tuple(process.pid for process in self._processes)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        processes, self._processes = self._processes, []
        begun, self._begun = self._begun, None
        if begun is not None:
            begun[0].shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
            self._idle.put(None)  # for a thread that waits for a process which has ended
        if begun is not None:
            begun[0].shutdown()
            begun[1].cleanup()
        for process in processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):  # what was still to be sent has nobody to read it
                    if stream is not None:
                        stream.close()
        self._idle = SimpleQueue()

    def render(self, document: Document, out: BinaryIO, *, beat: Beat = _no_beat) -> None:
        """As `render`, byte for byte, with several processes where the document is large.

        `beat` is called twice a second at least, and stops the work by raising. Raises WorkerLost when a process
        ends before its work is done.
        """
        plan = list(stretches(document))
        if len(plan) < _WORTH or self.count < 2:
            render(document, out, beat=beat)
            return
        assembly = Assembly(document, out)
        for laid in self._answers(plan, beat):
            assembly.add(laid)
        assembly.finish()

    def render_each(self, documents: Iterable[Document], *, beat: Beat = _no_beat) -> Iterator[bytes]:
        """Each document as a PDF of its own, in order; at most some hundred of them are in memory."""
        rest = iter(documents)
        batches = iter(lambda: list(islice(rest, _BATCH)), [])
        for drawn in self._answers(batches, beat):
            yield from drawn

    def _answers(self, asked: Iterable[Stretch | list[Document]], beat: Beat) -> Iterator[Any]:
        waiting: deque[Future[Any]] = deque()
        try:
            for each in asked:
                beat()
                waiting.append(self._ask(each))
                if len(waiting) > self.count * _AHEAD:
                    yield self._await(waiting.popleft(), beat)
            while waiting:
                yield self._await(waiting.popleft(), beat)
        except BaseException:
            self.close()  # what the processes still work on is wanted no more
            raise

    def _ask(self, asked: Stretch | list[Document]) -> Future[Any]:
        threads, spool = self._begun or self._begin()
        return threads.submit(self._exchange, packed(asked, Path(spool.name)))

    def _await(self, future: Future[Any], beat: Beat) -> Laid | list[bytes]:
        while True:
            beat()
            try:
                done, answer = future.result(timeout=_LISTEN)
            except TimeoutError:
                continue
            if not done:
                raise WorkerLost(f"A process that draws documents failed.\n{answer}")
            return answer  # type: ignore[no-any-return]

    def _exchange(self, message: bytes) -> Any:
        """Send a message to an idle process and read its answer; runs in a thread."""
        process = self._idle.get()
        if process is None or process.stdin is None or process.stdout is None:
            raise WorkerLost("A process that draws documents ended early.")
        try:
            send(process.stdin, message)
            answer = receive(process.stdout)
        except OSError as error:
            raise WorkerLost("A process that draws documents ended early.") from error
        if answer is None:
            raise WorkerLost("A process that draws documents ended early.")
        self._idle.put(process)
        return pickle.loads(answer)  # noqa: S301

    def _begin(self) -> tuple[ThreadPoolExecutor, TemporaryDirectory[str]]:
        for _ in range(self.count):
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT)},
            )
            self._processes.append(process)
            self._idle.put(process)
        spool = TemporaryDirectory(prefix="daybook-pdf-")
        self._begun = (ThreadPoolExecutor(self.count, thread_name_prefix="pdf"), spool)
        return self._begun
