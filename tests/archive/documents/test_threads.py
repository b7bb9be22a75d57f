"""A thread on paper: whole words, earlier words, states and files, of what the reader may see."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from archive.access.actor import Actor
from archive.documents.document import Heading, Part
from archive.documents.threads.reading import thread_paper
from archive.records.models import Record
from archive.records.thread import PART
from tests.web.captured import a_page, a_thread, captured, named, with_picture
from tests.web.world import World, session_of, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def page_of(world: World, record: Record, office: str = "records-clerk", **query: str) -> str:
    client = Client()
    client.cookies["sessionid"] = session_of(world.holders[office])
    answer = client.get(reverse("record-thread", args=[record.ref]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_thread_on_paper_says_who_answers_whom_what_it_said_before_and_what_became_of_it(world: World) -> None:
    records = a_thread(world)
    html = page_of(world, records["c"])
    assert ">1: Post</h3>" in html or ">1: Comment</h3>" in html
    assert "3: Comment, answers 2 (this record)" in html
    assert "Main St. is down to one lane from Monday" in html
    assert "Main St. is down to one lane form Monday" in html, "what was edited stands below"
    assert "<strong>State:</strong> Hidden" in html
    assert "<strong>State:</strong> Removed, by whom is not known, noticed on" in html
    assert '<span class="doc-code-point">[U+202E]</span>txt.exe' in html


def test_pictures_stand_in_the_thread_from_the_address_of_their_record(world: World) -> None:
    record = a_thread(world)["p"]
    with_picture(record, world.at)
    assert f'<img src="{reverse("record-medium", args=[record.ref, 1])}"' in page_of(world, record)
    with_picture(record, world.at, media_type="image/jpeg")
    assert "the file says that it is image/jpeg, but it is a PNG picture" in page_of(world, record)


def test_the_pdf_says_the_same(world: World) -> None:
    records = a_thread(world)
    client = Client()
    client.cookies["sessionid"] = session_of(world.holders["records-clerk"])
    answer = client.get(reverse("record-thread-pdf", args=[records["p"].ref]))
    octets = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with pypdfium2.PdfDocument(io.BytesIO(octets)) as pdf:
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert "Thank you for the notice." in text
    assert "answers 2" in text


def test_a_long_thread_comes_in_parts_that_go_on_counting(world: World) -> None:
    account = a_page(world)
    items = [{"id": "0", "text": "Post", "published": world.at}]
    items += [
        {"id": str(n), "text": f"Answer {n}", "published": world.at + timedelta(seconds=n), "parent": "0"}
        for n in range(1, PART + 3)
    ]
    captured(account, items, at=world.at)
    record = named(account, "0")
    clerk = Actor(user=world.holders["records-clerk"])
    second = thread_paper(record, actor=clerk, at=world.at, part=2)
    assert second is not None
    assert (second.part, second.parts) == (2, 2)
    heads = [part.blocks[0] for part in second.document.blocks if isinstance(part, Part)]
    assert [head.text.partition(":")[0] for head in heads if isinstance(head, Heading)] == ["51", "52", "53"]
    assert "Answer 50" in page_of(world, record, part="2")


def test_a_post_alone_has_no_thread_to_print(world: World) -> None:
    account = a_page(world)
    captured(account, [{"id": "1", "text": "Alone", "published": world.at}], at=world.at)
    assert thread_paper(named(account, "1"), actor=Actor(user=world.holders["records-clerk"]), at=world.at) is None
