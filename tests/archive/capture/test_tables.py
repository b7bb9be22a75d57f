"""Imported tables: every row is taken, repeated or quarantined, and a killed import goes on where it was."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access.actor import Actor
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from archive.capture.models import Quarantine
from archive.capture.tables.mapping import Mapping, MappingError, mapping_from
from archive.capture.tables.services import ImportRefused, Report, table_import
from archive.capture.tables.stretches import TableReader
from archive.jobs.models import Job, JobState
from archive.jobs.services import Cancelled
from archive.records.models import Record, Version
from tests.archive.capture.world import AT, person
from tests.fixtures import fixture_path

FACEBOOK = {
    "network": "facebook",
    "columns": {
        "id": "status_id",
        "content": "status_message",
        "summary": "link_name",
        "url": "status_link",
        "published": "status_published",
    },
    "stats": {"reactions": "num_reactions", "comments": "num_comments", "shares": "num_shares"},
    "time": {"format": "%Y-%m-%d %H:%M:%S"},
}
PLAIN = {"network": "old", "columns": {"id": "id", "content": "text", "published": "at"}}


def page(handle: str = "old") -> tuple[Actor, Account]:
    """Return a records manager and an approved page for tables."""
    manager = Actor(person("manager", "records-manager"))
    account = account_propose(
        actor=manager, network="import", handle=handle, name=handle, base_url=f"import:{handle}", at=AT
    )
    account_approve(actor=Actor(person("chief", "chief")), account_ref=account.ref, at=AT)
    return manager, Account.objects.get(pk=account.pk)


def bring(path: Path, mapping: Mapping, watch: Callable[[Report], None] | None = None, handle: str = "old") -> Report:
    """Import a file into a page of its own."""
    actor, account = page(handle)
    return table_import(actor=actor, account=account, path=path, mapping=mapping, now=lambda: AT, watch=watch)


def written(tmp_path: Path, octets: bytes) -> Path:
    """Return a file with these bytes."""
    path = tmp_path / "table.csv"
    path.write_bytes(octets)
    return path


@pytest.mark.long
@pytest.mark.commits
def test_all_ten_tables_of_page_posts_are_taken_whole() -> None:
    rows = taken = 0
    for path in sorted(fixture_path("facebook-page-posts").glob("*.csv")):
        report = bring(path, mapping_from(FACEBOOK), handle=path.stem[:30])
        assert (report.quarantined, report.edited) == (0, 0), path.name
        assert report.taken + report.repeated == report.rows
        rows += report.rows
        taken += report.taken
    assert (rows, taken) == (9_757, 9_750), "seven of the rows stand twice in their table, word for word"
    assert not Version.objects.exclude(posted_at=None).exists(), "a time without a zone starts no clock"


HEAD = b"id,text,at\n"
BAD_ROWS = [
    (b"1,only two\n", "ragged-row"),
    (b"1,a,b,c\n", "ragged-row"),
    (b",no id,2024-01-01T00:00:00Z\n", "missing-id"),
    (b"1,text,2023-02-29T00:00:00Z\n", "impossible-date"),
    (b"1,te\x00xt,2024-01-01T00:00:00Z\n", "nul"),
    (b"1,\xff\xfe,2024-01-01T00:00:00Z\n", "not-utf8"),
    (b"1,\xed\xa0\x80,2024-01-01T00:00:00Z\n", "not-utf8"),
    (b'1,"a"b,2024-01-01T00:00:00Z\n', "malformed"),
    (b"1," + b"x" * (1024 * 1024) + b",2024-01-01T00:00:00Z\n", "too-large"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("row,code", BAD_ROWS)
def test_a_bad_row_is_quarantined_with_its_bytes_and_the_rest_goes_on(tmp_path: Path, row: bytes, code: str) -> None:
    good = b"7,before,2024-01-01T00:00:00Z\n", b"8,after,2024-01-01T00:00:00Z\n"
    report = bring(written(tmp_path, HEAD + good[0] + row + good[1]), mapping_from(PLAIN))
    kept = Quarantine.objects.get()
    assert (report.taken, report.quarantined, kept.code, kept.row) == (2, 1, code, 2)
    if kept.raw is not None:
        assert bytes(kept.raw) == row
    else:
        assert kept.stored is not None
        assert kept.stored.size == len(row)


@pytest.mark.django_db
def test_a_quote_that_is_never_closed_costs_one_line_not_the_file(tmp_path: Path) -> None:
    rows = b"".join(b"%d,%s,2024-01-01T00:00:00Z\n" % (n, b"y" * 1_000) for n in range(2, 2_500))
    report = bring(written(tmp_path, HEAD + b'1,"never closed,x\n' + rows), mapping_from(PLAIN))
    assert report.codes == {"unclosed-quote": 1}
    assert report.taken == 2_498


@pytest.mark.django_db
def test_one_id_with_two_texts_in_one_stretch_loses_neither(tmp_path: Path) -> None:
    report = bring(written(tmp_path, HEAD + b"1,first,\n1,second,\n"), mapping_from(PLAIN))
    assert (report.taken, report.codes) == (1, {"repeated-id": 1})


@pytest.mark.django_db
def test_the_same_file_again_repeats_every_row(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + b"1,a,\n2,b,\n")
    actor, account = page()
    first = table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT)
    again = table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT)
    assert (first.taken, again.taken, again.repeated) == (2, 0, 2)


class Killed(BaseException):
    """Stands for the process dying between two stretches."""


@pytest.mark.django_db
def test_a_killed_import_goes_on_at_the_row_after_the_last_committed_one(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + b"".join(b"%d,text,\n" % n for n in range(1_200)))
    actor, account = page()

    def die(report: Report) -> None:
        raise Killed

    with pytest.raises(Killed):
        table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT, watch=die)
    with pytest.raises(ImportRefused, match="two minutes"):
        table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT)
    Job.objects.update(lease_until=AT)
    later = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    report = table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: later)
    assert (report.resumed_at_row, report.rows, report.taken, report.repeated) == (501, 1_200, 1_200, 0)
    assert Record.objects.count() == 1_200


@pytest.mark.commits
def test_a_stopped_import_keeps_what_it_committed_and_stays_stopped(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + b"".join(b"%d,text,\n" % n for n in range(1_200)))
    actor, account = page()

    def stop(report: Report) -> None:
        Job.objects.update(cancel_requested=True)

    with pytest.raises(Cancelled):
        table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT, watch=stop)
    assert Job.objects.get().state == JobState.CANCELLED
    assert Record.objects.count() == 1_000, "the stretch under way is finished"
    report = table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT)
    assert (report.rows, report.taken, report.repeated) == (1_200, 200, 1_000)


@pytest.mark.django_db
def test_a_zone_that_a_person_vouches_for_makes_an_instant(tmp_path: Path) -> None:
    table = {**PLAIN, "time": {"zone": "America/Chicago"}}
    bring(written(tmp_path, HEAD + b"1,a,2024-07-01T12:00:00\n2,b,2024-11-03T01:30:00\n"), mapping_from(table))
    posted = dict(Version.objects.values_list("record__keys__value", "posted_at"))
    assert posted["1"] == datetime(2024, 7, 1, 17, 0, tzinfo=UTC)
    assert posted["2"] == datetime(2024, 11, 3, 7, 30, tzinfo=UTC), "of a doubled hour the later one counts"


@pytest.mark.django_db
def test_an_hour_that_the_clocks_skipped_does_not_exist(tmp_path: Path) -> None:
    table = {**PLAIN, "time": {"zone": "America/Chicago"}}
    report = bring(written(tmp_path, HEAD + b"1,a,2024-03-10T02:30:00\n"), mapping_from(table))
    assert report.codes == {"impossible-date": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("octets", [b"", b"id,other\n1,a\n", b"id,text,text,at\n1,a,b,\n"])
def test_a_table_that_does_not_fit_its_map_is_refused_whole(tmp_path: Path, octets: bytes) -> None:
    with pytest.raises(ImportRefused, match="Nothing was taken"):
        bring(written(tmp_path, octets), mapping_from(PLAIN))
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    "table",
    [
        {},
        {**PLAIN, "extra": 1},
        {**PLAIN, "columns": {"id": "id"}},
        {**PLAIN, "columns": {**PLAIN["columns"], "mood": "x"}},  # type: ignore[dict-item]
        {**PLAIN, "kind": "tweet"},
        {**PLAIN, "time": {"zone": "Mars/Olympus"}},
        {**PLAIN, "file": {"encoding": "utf-7"}},
    ],
)
def test_a_map_that_cannot_work_is_refused_with_a_sentence(table: dict[str, object]) -> None:
    with pytest.raises(MappingError):
        mapping_from(table)


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), min_size=2, max_size=2)))
def test_the_rows_of_a_table_cover_its_bytes_in_order(rows: list[list[str]]) -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["a", "b"], *rows])
    octets = text.getvalue().encode()
    reader = TableReader(io.BytesIO(octets), encoding="utf-8", delimiter=",", backslash_escapes=False)
    assert reader.header() == ["a", "b"]
    start = reader.offset
    stretches = list(reader.stretches(first_row=1, width=2, most=3))
    assert b"".join(s.body for s in stretches) == octets[start:]
    assert [row.cells for s in stretches for row in s.rows] == rows
    assert not any(s.bad for s in stretches)
