"""One document of each kind, with the texts that a department meets."""

import io

from PIL import Image, ImageDraw

from archive.documents.document import Align, Column, Document, Furniture, Link, Redaction, Text, plain
from archive.documents.layouts import (
    Certificate,
    ContextItem,
    Denial,
    DeniedPart,
    HistoryLine,
    Letter,
    MediaShown,
    RecordSheet,
    Responsible,
    Section,
    Signature,
    TableReport,
    certificate,
    letter,
    record_sheet,
    table_report,
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
                MediaShown("DEMO-000017-2.mp4", "video/mp4", "", b"not a picture"),
                MediaShown("DEMO-000017-3.jpg", "image/jpeg", withheld="7(1)(c)"),
                MediaShown("DEMO-000017-4.jpg", "image/jpeg"),
            ),
            history=(
                HistoryLine("Feb 6, 2026, 10:17 PM CST", plain("First captured"), "Capture run 12, listing"),
                HistoryLine(
                    "Feb 7, 2026, 8:02 AM CST",
                    plain("Removed from the page by the department, reason R04"),
                    "Decision of the Public Information Officer",
                ),
            ),
            context=(
                ContextItem(plain("Bloomington Police"), "10:01 PM", plain("Road closed at Main and Front.")),
                ContextItem(plain("Renée O’Malley"), "10:15 PM", (Text("Call me at "), Redaction("7(1)(b)")), 1, True),
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
