"""One document of each layout, with the texts that a department meets: for the pictures of the documentation and for
tests. Nobody in them is real."""

import io

from PIL import Image, ImageDraw

from archive.documents.document import Align, Column, Document, Furniture, Link, Marks, Redaction, Series, Text, plain
from archive.documents.layouts import (
    Certificate,
    ChartShown,
    Denial,
    DeniedPart,
    EditShown,
    HistoryLine,
    Letter,
    MediaShown,
    RecordSheet,
    Responsible,
    Section,
    Signature,
    StateShown,
    TableReport,
    Thread,
    ThreadItem,
    certificate,
    letter,
    record_sheet,
    table_report,
    thread,
)

FURNITURE = Furniture(legend="DEMONSTRATION", footer="Request 2026-0001")


def photo(size: tuple[int, int] = (640, 400), form: str = "JPEG") -> bytes:
    """A picture with something on it."""
    picture = Image.new("RGB", size, "#2e6276")
    ImageDraw.Draw(picture).ellipse((size[0] // 4, 20, size[0] // 2, 200), fill="#ffbe2e")
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def a_record_sheet() -> Document:
    """A comment with a redaction, a picture, a history and its thread."""
    return record_sheet(
        RecordSheet(
            title="Comment on a post of Bloomington Police",
            mark="DEMO-000017",
            account="Bloomington Police (bpd@social.example)",
            network="Mastodon",
            kind="Comment",
            author=(Text("Renée O’Malley 🚓 "), Redaction("7(1)(b)")),
            published="February 6, 2026, 10:15:00 PM CST",
            captured="February 6, 2026, 10:17:12 PM CST (2 minutes after it was posted)",
            address=(Link("https://social.example/@renee/110001", "https://social.example/@renee/110001"),),
            words=(
                Text("Call me at "),
                Redaction("7(1)(b)"),
                Text(" — I saw the <b>whole</b> thing & took pictures 📸\nCzęść! Ask for the manager."),
            ),
            in_reply_to=plain("DEMO-000016"),
            media=(
                MediaShown("DEMO-000017-1.jpg", "image/jpeg", "A car at a kerb, a yellow lamp above it", photo()),
                MediaShown(
                    "DEMO-000017-2.mp4",
                    "video/mp4",
                    content=b"not a picture",
                    size=18_400_123,
                    seconds=72.4,
                    place="data/media/DEMO-000017-2.mp4",
                ),
                MediaShown("DEMO-000017-3.jpg", "image/jpeg", withheld="7(1)(c)"),
                MediaShown("DEMO-000017-4.jpg", "image/jpeg"),
            ),
            states=(StateShown("removed", "2026-02-07 08:02:00 CST (2026-02-07 14:02:00 UTC)", "us", "R04"),),
            history=(
                HistoryLine("Feb 6, 2026, 10:17 PM CST", plain("First captured"), "Capture run 12, listing"),
                HistoryLine(
                    "Feb 7, 2026, 8:02 AM CST",
                    plain("Removed from the page by the department, reason R04"),
                    "Decision of the Public Information Officer",
                ),
            ),
            context=(
                ThreadItem(
                    kind="Post",
                    author=plain("Bloomington Police"),
                    posted="2026-02-06 22:01:00 CST (2026-02-07 04:01:00 UTC)",
                    words=plain("Road closed at Main and Front."),
                    mark="DEMO-000016",
                ),
                ThreadItem(
                    kind="Comment",
                    author=plain("Renée O’Malley"),
                    posted="2026-02-06 22:15:00 CST (2026-02-07 04:15:00 UTC)",
                    words=(Text("Call me at "), Redaction("7(1)(b)")),
                    depth=1,
                    mark="DEMO-000017",
                    answers="DEMO-000016",
                    this=True,
                ),
            ),
            proof=plain(
                "records/DEMO-000017.json holds the fields shown here with their salts; verify.py checks them."
            ),
            notes=("One reply lies in a compartment and is not part of this sheet.",),
            furniture=FURNITURE,
        )
    )


def a_letter() -> Document:
    """A partial denial."""
    return letter(
        Letter(
            department="Bloomington Police Department",
            department_lines=("305 South East Street", "Bloomington, Illinois", "foia@bpd.example"),
            date="February 17, 2026",
            addressee=("Jordan Doe", "12 Example Street", "Bloomington, IL 61701"),
            subject="Your request for records 2026-0001: granted in part, denied in part",
            reference=(("Received", "February 6, 2026"), ("Answer due", "February 17, 2026")),
            salutation="Dear Jordan Doe:",
            sections=(
                Section(
                    "",
                    (plain("You asked for all comments on the department’s page about the closing of Main Street."),),
                ),
                Section("What is released", (plain("41 records are released with this letter."),)),
            ),
            signer="Alex Moreno",
            signer_title="Freedom of Information Officer",
            denial=a_denial(),
            enclosures=("production.pdf, 58 pages", "index.csv"),
            furniture=Furniture(legend="DEMONSTRATION"),
        )
    )


def a_denial() -> Denial:
    """All six parts of a denial."""
    return Denial(
        decision="The department withholds the passages marked in the records, and releases the rest.",
        parts=(
            DeniedPart(
                "7(1)(b)",
                "5 ILCS 140/7(1)(b) with 2(c-5)",
                "The passages are home telephone numbers that commenters wrote into their comments. " * 3,
                14,
            ),
        ),
        responsible=(Responsible("Alex Moreno", "Freedom of Information Officer"),),
        counselor_review="You may ask the Public Access Counselor for a review within 60 calendar days.",
        counselor_contact=("Public Access Bureau", "500 South 2nd Street, Springfield, Illinois 62701", "877-299-3642"),
        judicial_review="You may also ask the circuit court for judicial review under section 11.",
    )


def a_certificate() -> Document:
    """A certificate of disposal."""
    return certificate(
        Certificate(
            title="Local Records Disposal Certificate (working copy)",
            department="Bloomington Police Department",
            authority="50 ILCS 205/7; 44 Ill. Adm. Code 4000.40",
            facts=(("Application", plain("19-042")), ("Series", plain("Comments of the public, routine"))),
            statements=(
                plain("The records listed have been kept as long as the schedule asks."),
                plain("No litigation, audit or request for them is pending."),
            ),
            signatures=(
                Signature("Sam Lee", "Records Supervisor", "March 2, 2026"),
                Signature("Kim Ortiz", "Chief of Police"),
            ),
            remarks=("This is not the State’s form.",),
            furniture=Furniture(legend="DEMONSTRATION"),
        )
    )


def a_report(rows: int = 120) -> Document:
    """A list over several pages, on landscape paper."""
    return table_report(
        TableReport(
            title="Exemption log",
            as_of="February 17, 2026, 4:00 PM CST",
            columns=(
                Column("Record", 1.2),
                Column("Exemption", 1),
                Column("Passages", 1, Align.END),
                Column("Basis", 4),
            ),
            rows=tuple(
                (plain(f"DEMO-{n:06d}"), plain("7(1)(b)"), plain(str(n % 7)), plain("Home telephone number"))
                for n in range(1, rows + 1)
            ),
            totals=(("Records", str(rows)), ("Passages", "352")),
            left_out=("Three records in the compartment “messages” are not listed.",),
            wide=True,
            furniture=FURNITURE,
        )
    )


def a_thread() -> Document:
    """A post and its answers: edits, states, languages, a picture, an item taken down by hand, one withheld."""
    return thread(
        Thread(
            title="The thread below “Road closed at Main and Front”",
            account="Bloomington Police (bpd@social.example)",
            network="Mastodon",
            as_of="2026-02-09 09:00:00 CST (2026-02-09 15:00:00 UTC)",
            about="What was captured of this thread, in the order in which it was said.",
            left_out=("One reply lies in a compartment and is not shown.",),
            items=(
                ThreadItem(
                    kind="Post",
                    author=plain("Bloomington Police (@bpd)"),
                    posted="2026-02-06 22:01:00 CST (2026-02-07 04:01:00 UTC)",
                    captured="2026-02-06 22:02:10 CST (2026-02-07 04:02:10 UTC)",
                    words=plain("Road closed at Main and Front until midnight. 🚧\nPlease use Center Street."),
                    mark="DEMO-000016",
                    address=(Link("https://social.example/@bpd/110000", "https://social.example/@bpd/110000"),),
                    edits=(
                        EditShown(
                            "2026-02-06 22:02:10 CST (2026-02-07 04:02:10 UTC)", plain("Road closed at Main and Fornt.")
                        ),
                    ),
                    media=(MediaShown("DEMO-000016-1.jpg", "image/jpeg", "A barrier across a road", photo()),),
                ),
                ThreadItem(
                    kind="Comment",
                    author=(Text("Renée O’Malley "), Redaction("7(1)(b)")),
                    posted="2026-02-06 22:15:00 CST (2026-02-07 04:15:00 UTC)",
                    words=(Text("Call me at "), Redaction("7(1)(b)"), Text(" 📸 see https://evil.example/x")),
                    depth=1,
                    mark="DEMO-000017",
                    answers="DEMO-000016",
                    states=(StateShown("removed", "2026-02-07 08:02:00 CST (2026-02-07 14:02:00 UTC)", "us", "R04"),),
                ),
                ThreadItem(
                    kind="Reply",
                    author=plain("سارة"),
                    posted="2026-02-06 22:20:00 CST (2026-02-07 04:20:00 UTC)",
                    words=plain("هل الطريق مفتوح الآن؟ (Main St.)"),
                    language="ar",
                    depth=2,
                    mark="DEMO-000018",
                    answers="DEMO-000017",
                    states=(StateShown("absent", "2026-02-08 03:00:00 CST (2026-02-08 09:00:00 UTC)", "unknown"),),
                ),
                ThreadItem(
                    kind="Reply",
                    author=plain("नेहा 陳"),
                    posted="2026-02-06 22:25:00 CST (2026-02-07 04:25:00 UTC)",
                    words=plain("नमस्ते, क्या सड़क बंद है? 道路封閉了嗎?"),
                    language="hi",
                    depth=3,
                    mark="DEMO-000019",
                    answers="DEMO-000018",
                ),
                ThreadItem(
                    kind="Captured by hand",
                    author=plain("unknown"),
                    posted="",
                    captured="2026-02-07 09:00:00 CST (2026-02-07 15:00:00 UTC)",
                    words=plain("Story: “Live from Main and Front”"),
                    depth=1,
                    mark="DEMO-000020",
                    by_hand="Sam Lee, Records Supervisor, typed this from a phone; the network gives it to no program.",
                ),
                ThreadItem(
                    kind="Comment", author=(), posted="", words=(), depth=1, mark="DEMO-000021", withheld="7(1)(c)"
                ),
            ),
            furniture=FURNITURE,
        )
    )


def a_charted_report() -> Document:
    """A report with a chart of bars, one of lines with a gap, and a list."""
    months = ("January", "February", "March", "April", "May", "June")
    return table_report(
        TableReport(
            title="Comments and removals, first half of 2026",
            as_of="2026-07-01 08:00:00 CDT (2026-07-01 13:00:00 UTC)",
            columns=(Column("Page", 2.0), Column("Comments", 1.0, Align.END)),
            rows=((plain("Bloomington Police"), plain("12,204")), (plain("Bloomington Police (archive)"), plain("3"))),
            list_title="By page",
            charts=(
                ChartShown(
                    "Comments captured and removed",
                    "Month",
                    months,
                    (
                        Series("Captured", (1820, 2210, 1904, 2410, 1650, 2210)),
                        Series("Removed", (12, 40, 18, 22, 9, 31)),
                    ),
                    unit="comments",
                ),
                ChartShown(
                    "Hours from posting to capture, median",
                    "Month",
                    months,
                    (Series("Median", (0.4, 0.38, None, 0.52, 0.41, 0.4)),),
                    Marks.LINES,
                    "hours",
                ),
            ),
            furniture=FURNITURE,
        )
    )


SAMPLES = {
    "thread": a_thread,
    "record": a_record_sheet,
    "letter": a_letter,
    "certificate": a_certificate,
    "report": a_report,
    "charts": a_charted_report,
}
"""Each layout by its name."""
