"""What goes on while the drill kills: people write on the network, and the page is captured again and again."""

import threading
from dataclasses import dataclass, field
from random import Random
from types import TracebackType

from django.db import Error, connection
from django.utils import timezone

from archive.capture.schedule import capture_request
from config.demo.founding import Cast
from sandbox.puppeteer import Puppeteer

_AUTHOR = "drill_resident"
_PAUSE = 0.4


@dataclass(slots=True)
class Traffic:
    """A thread that moves the network and asks for captures, and remembers what was acknowledged to it."""

    network: Puppeteer
    cast: Cast
    chance: Random
    jobs: set[int] = field(default_factory=set)  #: captures whose request was acknowledged
    asked: int = 0  #: acknowledged requests; each has an audit entry
    refused: int = 0  #: requests that came while the database was away
    deleted: set[str] = field(default_factory=set)  #: ids that their author took back
    failure: BaseException | None = None
    _posts: list[str] = field(default_factory=list)
    _comments: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Traffic":
        self.network.account(_AUTHOR, display_name="A. Resident")
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def last_words(self) -> None:
        """Correct and take back what was captured by now: an edit and two removals for the last reading."""
        self.network.edit(id=self._posts[0], text="The last correction.")
        for _ in range(2):
            self._take_back()

    def _run(self) -> None:
        try:
            step = 0
            while not self._ended.wait(_PAUSE):
                self._write(step)
                if step % 4 == 0:
                    self._ask()
                step += 1
        except BaseException as error:  # told to the drill, which fails by it
            self.failure = error
        finally:
            connection.close()

    def _write(self, step: int) -> None:
        """Say, correct or take back something; each text is unlike every other."""
        if step % 12 == 0:
            picture = [{"label": f"drill {step}", "alt": "A drawing"}]
            self._posts.append(self.network.post(f"Drill notice number {step}.", pictures=picture))
            return
        act = self.chance.random()
        if self._comments and act < 0.15:
            self.network.edit(id=self.chance.choice(self._comments), text=f"Corrected in step {step}.")
        elif self._comments and act < 0.2:
            self._take_back()
        else:
            to = self.chance.choice(self._posts)
            self._comments.append(self.network.comment(_AUTHOR, f"Drill comment number {step}.", to=to))

    def _take_back(self) -> None:
        gone = self._comments.pop(self.chance.randrange(len(self._comments)))
        self.network.delete(id=gone)
        self.deleted.add(gone)

    def _ask(self) -> None:
        try:
            job = capture_request(
                actor=self.cast["pio"], account_ref=self.cast.account.ref, depth="whole", at=timezone.now()
            )
        except Error:  # the database is away: nothing was acknowledged
            connection.close()
            self.refused += 1
            return
        self.jobs.add(job.pk)
        self.asked += 1
