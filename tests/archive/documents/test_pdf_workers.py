"""Drawing with several processes."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.documents.document import Document, Figure, Furniture, Heading, NewPage, Paragraph, Part, Role, plain
from archive.documents.errors import WorkerLost
from archive.documents.pdf import Workers, render
from archive.documents.pdf.plan import ENOUGH, LONG, stretches
from tests.archive.documents.samples import a_record_sheet, photo


def production(records: int = 700) -> Document:
    """Records on pages of their own, one with a picture that is loaded when it is drawn."""
    blocks: list[object] = []
    for number in range(records):
        blocks += [NewPage(f"P-{number:04d}"), Heading(f"Record {number}", 1 + number % 3), Paragraph(plain("żółw"))]
    blocks.append(Figure(photo, "image/jpeg", "A lamp", "a.jpg"))
    return Document("Production", "en-US", tuple(blocks), Furniture(mark="P-0000"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2) as two:
        yield two


def in_one(document: Document) -> bytes:
    out = io.BytesIO()
    render(document, out)
    return out.getvalue()


def in_two(workers: Workers, document: Document) -> bytes:
    out = io.BytesIO()
    workers.render(document, out)
    return out.getvalue()


def test_two_processes_draw_the_same_bytes_as_one(workers: Workers) -> None:
    document = production()
    assert len(list(stretches(document))) > 4
    assert in_two(workers, document) == in_one(document)


def test_a_long_document_without_pages_of_its_own_is_cut_and_is_the_same(workers: Workers) -> None:
    part = Part((Heading("Item", 2), Paragraph(plain("words"), Role.SMALL), Paragraph(plain("more"))), 1)
    document = Document("Long", "en-US", (part,) * (LONG // 3 + 1_500))
    assert len(list(stretches(document))) > 4
    assert in_two(workers, document) == in_one(document)


def test_stretches_hold_every_block_once_and_begin_at_new_pages() -> None:
    document = production()
    cut = list(stretches(document))
    assert tuple(block for stretch in cut for block in stretch.blocks) == document.blocks
    assert all(isinstance(stretch.blocks[0], NewPage) for stretch in cut)
    assert max(len(stretch.blocks) for stretch in cut) < ENOUGH + 4


def test_many_documents_come_back_in_order(workers: Workers) -> None:
    documents = [Document(f"{n}", "en-US", (Heading(f"Title {n}"),)) for n in range(60)] + [a_record_sheet()]
    assert list(workers.render_each(documents)) == [in_one(document) for document in documents]


def test_pictures_are_loaded_where_the_document_is_and_not_in_a_worker(workers: Workers) -> None:
    here: list[int] = []

    def load() -> bytes:
        here.append(os.getpid())
        return photo()

    figure = Figure(load, "image/jpeg", "A lamp", "a.jpg")
    (pdf,) = workers.render_each([Document("t", "en-US", (figure,))])
    assert here == [os.getpid()]
    assert b"/DCTDecode" in pdf


def test_work_is_stopped_by_the_beat_and_the_processes_with_it() -> None:
    class Stopped(Exception):
        pass

    calls = 0

    def beat() -> None:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise Stopped

    with Workers(2) as two:
        with pytest.raises(Stopped):
            two.render(production(), io.BytesIO(), beat=beat)
        assert two.processes == ()


def test_a_process_that_is_killed_is_an_error_and_the_next_document_is_drawn_again() -> None:
    documents = [Document(f"{n}", "en-US", (Heading("x"),)) for n in range(200)]
    with Workers(2) as two:
        drawn = two.render_each(documents)
        next(drawn)
        for process in two.processes:
            os.kill(process, signal.SIGKILL)
        with pytest.raises(WorkerLost):
            list(drawn)
        assert len(list(two.render_each(documents[:3]))) == 3


def test_a_worker_is_given_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    with Workers(1) as one:
        list(one.render_each([Document("t", "en-US", ())]))
        for process in one.processes:
            assert b"DATABASE_URL" not in Path(f"/proc/{process}/environ").read_bytes()
