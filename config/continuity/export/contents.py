"""The table of contents of an export: for a person who has never seen Daybook, and for a program."""

import csv
import io
from collections.abc import Mapping

from config.continuity.export.bag import Finished
from config.continuity.export.tables import LEFT_OUT, Table

_README = """\
{mark}EVERYTHING THAT A DAYBOOK HOLDS

This folder is a BagIt 1.0 bag (RFC 8493). Check it, inside the folder:
    sha256sum -c manifest-sha256.txt    (or any BagIt program, such as bagit.py --validate FOLDER)
{sealed}

data/contents.csv   what each file is: path, kind, rows, bytes, sha256, and for tables each column with its type
data/tables/        one file a table, JSON lines: one row a line, UTF-8, in the order of the table's key
                    times: ISO 8601 in UTC; bytes: \\x and hexadecimal digits; references: the id of a row elsewhere
data/objects/       pictures, films, raw responses and other bytes, by their key: stored_object.jsonl has size and
                    digest, media.jsonl says which version of which record a picture belongs to
data/log/           the transparency log as static files (c2sp.org/tlog-tiles): checkpoint and tile/…; earlier
                    checkpoints are rows of ledger_checkpoint.jsonl
data/left-out.csv   objects that could not be taken along, with the reason

Where to begin: record.jsonl (one row a post, comment or message), version.jsonl (each wording of it, with event_id),
ledger_event_content.jsonl (what that event says: `fields` is JSON, the very bytes that were committed to, and `key`),
observation.jsonl (what was seen to happen to it), media.jsonl, person.jsonl (who worked here; no password is exported).

What was said can be proved: HMAC the fields with their key as the ledger's description says, find the entry in
data/log/tile/entries/, and check the signed checkpoint with the key named in bag-info.txt (Daybook-Log-Key; take that
key from where the department published it, not from here). The log programs of the Go project read data/log/ as it is.

Not in here, on purpose: {left_out}; passwords, sessions and the secret keys of the installation.
"""


_SEALED = """\
Its manifest is sealed in the log, so that a change of the whole folder shows too:
    python3 -I -S verify.py --vkey KEY  (KEY: the log's key, as the department published it elsewhere, not from here)
What verify.py calls a production is this folder. It holds no record in the form of a production, and says so: 0. The
seal has its own checkpoint in proofs/; data/log/ ends before it."""
_UNSEALED = """\
It is not sealed in the log, as was asked: whoever changes it can make its manifests anew, and nobody would see it."""


def readme(*, demonstration: bool, sealed: bool) -> bytes:
    """Return README.txt."""
    left = "; ".join(f"{table} ({why})" for table, why in sorted(LEFT_OUT.items()))
    mark = "DEMONSTRATION: everything in here is invented.\n\n" if demonstration else ""
    return _README.format(mark=mark, left_out=left, sealed=_SEALED if sealed else _UNSEALED).encode("utf-8")


def contents_csv(files: Mapping[str, Finished], described: list[Table]) -> bytes:
    """Return contents.csv: a line for each table and other single file; objects and tiles are counted by folder."""
    about = {f"data/tables/{table.name}.jsonl": table for table in described}
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(("path", "kind", "rows", "bytes", "sha256", "about", "columns"))
    for path, one in sorted(files.items()):
        table = about.get(path)
        columns = " ".join(f"{name}:{kind.replace(' ', '_')}" for name, kind in table.columns) if table else ""
        kind = f"table ({table.table_class})" if table else "log" if path.startswith("data/log/") else "list"
        lines.writerow((path, kind, one.rows, one.size, one.sha256, table.about if table else "", columns))
    return out.getvalue().encode("utf-8")
