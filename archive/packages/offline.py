"""The verifier as one HTML file that works without a network, put together from the sources of the public page."""

import base64
import re
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
SOURCES = _HERE.parent / "static/verify"
SCRIPTS = ("sums.js", "reading.js", "stamps.js", "checks.js", "page.js")
FORM = _HERE.parent.parent / "templates/packages/verify_form.html"
OFFLINE = _HERE / "verify.html"
"""The file as it lies in the repository; a test holds it against `offline_page()`."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Check a Daybook bundle</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Check a Daybook bundle</h1>
<p>This file does what verify.py does, in your browser and without a network: its own policy forbids any request.</p>
{form}
</main>
<script>{script}</script>
</body>
</html>
"""


def offline_page() -> bytes:
    """Return the file. Its policy lets in its own script and style, by their hashes, and nothing else from anywhere."""
    style = (SOURCES / "offline.css").read_text(encoding="utf-8")
    script = "".join((SOURCES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    if "</script" in script or "<!--" in script or "</style" in style:
        raise ValueError("The sources would end the element that they stand in.")
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; form-action 'none'"
    form = re.sub(r"{% comment %}.*?{% endcomment %}\n", "", FORM.read_text(encoding="utf-8"), flags=re.DOTALL)
    form = re.sub(r"{% load [^%]*%}\n?", "", form)
    form = re.sub(r'{% translate "([^"]*)" %}', r"\1", form)
    if "{%" in form or "{{" in form:
        raise ValueError("The form has a tag that only Django can fill in.")
    return _PAGE.format(policy=policy, style=style, form=form.strip(), script=script).encode("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
