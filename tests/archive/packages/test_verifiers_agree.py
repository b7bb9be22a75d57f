"""verify.py, the offline file and the public page give the same verdict and codes on a shared set of bundles."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.packages.check import bundle_check
from archive.packages.offline import OFFLINE, offline_page
from tests.archive.packages.broken import BUNDLES, KEYS, ZIPS, pack
from tests.archive.packages.bundles import STRANGER, VKEY, copy
from tests.archive.packages.judge import run
from tests.web.test_axe import AXE, CHROMIUM, _browser, _served

Verdict = tuple[int, list[str]]
_FINDING = re.compile(r"^ *\[([a-z0-9]+(?:\.[a-z]+)?)\] ([^ :]*):?", re.MULTILINE)


@pytest.fixture
def chromium() -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")


def named(text: str) -> list[str]:
    """Return `code file` of each finding in a report, sorted."""
    return sorted(f"{code} {path}" for code, path in _FINDING.findall(text))


class Cases:
    """Each bundle as a zip, with the keys to check it with, and what verify.py says of it."""

    def __init__(self, good: Path, good_zip: Path, folder: Path) -> None:
        self.all: dict[str, tuple[Path, list[str], Verdict]] = {}
        for n, (name, spoil) in enumerate(BUNDLES.items()):
            top = copy(good, folder / str(n))
            spoil(top)
            for kind, keys in KEYS.items() if name in ("good", "a value changed") else [("good", [VKEY])]:
                done = run(*(word for key in keys for word in ("--vkey", key)), str(top))
                packed = pack(top, folder / f"{n}.zip")
                self.all[f"{name}, {kind} key"] = packed, keys, (done.returncode, named(done.stdout))
        for n, (name, make) in enumerate(ZIPS.items()):
            path = make(good_zip, folder / f"zip{n}.zip")
            verdict = bundle_check(path, [VKEY])
            self.all[name] = path, [VKEY], (verdict.code, [code for code, _ in _FINDING.findall(verdict.report)])


@pytest.fixture(scope="module")
def cases(good: Path, good_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    return Cases(good, good_zip, tmp_path_factory.mktemp("cases"))


def asked(page: Any, path: Path, keys: list[str]) -> Verdict:
    """Choose a zip on the page, press the button with the keyboard, and read what is said."""
    page.evaluate("document.getElementById('verify-result').removeAttribute('data-code')")
    page.get_by_label(re.compile("Public key of the log")).fill("\n".join(keys))
    page.get_by_label("The zip of the bundle").set_input_files(str(path))
    page.get_by_role("button", name="Check").press("Enter")
    page.wait_for_selector("#verify-result[data-code]")
    said = "\n".join(page.locator("#verify-result li").all_inner_texts())
    findings = named(said) if path.stem.isdigit() else [code for code, _ in _FINDING.findall(said)]
    return int(page.get_attribute("#verify-result", "data-code")), findings


def disagreements(cases: Cases, address: str) -> Iterator[str]:
    with _browser() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(address)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        for name, (path, keys, expected) in cases.all.items():
            found = asked(page, path, keys)
            if found != expected:
                yield f"{name}: the page says {found}, verify.py {expected}"
        yield from complaints
        yield from (each for each in requests if not each.endswith("/static/daybook.svg"))  # the icon of the tab


def test_the_set_has_every_verdict_and_the_codes_that_were_asked_for(cases: Cases) -> None:
    assert {verdict for _, _, (verdict, _) in cases.all.values()} == {0, 1, 2}
    codes = {finding.split(" ")[0] for _, _, (_, findings) in cases.all.values() for finding in findings}
    wanted = {"json.duplicate", "note.crlf", "base64.form", "key.id", "proof.size", "manifest.hex", "path.unsafe"}
    assert wanted <= codes


def test_the_offline_file_agrees_and_asks_nobody(chromium: None, cases: Cases) -> None:
    assert list(disagreements(cases, OFFLINE.as_uri())) == []


@pytest.mark.commits
def test_the_public_page_agrees_and_sends_nothing(chromium: None, cases: Cases) -> None:
    with _served() as server:
        assert list(disagreements(cases, f"{server}/verify/")) == []


def test_axe_finds_nothing_in_the_offline_file(chromium: None, good_zip: Path) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (./run test installs it)")
    with _browser() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(OFFLINE.as_uri())
        assert asked(page, good_zip, [VKEY])[0] == 0
        assert "HOLDS" in page.evaluate("document.activeElement.textContent")
        page.evaluate(AXE.read_text())
        assert page.evaluate("async () => (await axe.run()).violations.map((each) => each.id)") == []


def test_a_folder_is_checked_as_its_zip_is(chromium: None, good: Path) -> None:
    with _browser() as browser:
        page = browser.new_page()
        page.goto(OFFLINE.as_uri())
        page.get_by_label(re.compile("Public key of the log")).fill(VKEY)
        page.get_by_label("Or the folder of an unpacked bundle").set_input_files(str(good))
        page.get_by_role("button", name="Check").press("Enter")
        page.wait_for_selector("#verify-result[data-code]")
        assert page.get_attribute("#verify-result", "data-code") == "0"


def test_a_browser_without_ed25519_of_its_own_comes_to_the_same(chromium: None, good_zip: Path) -> None:
    with _browser() as browser:
        page = browser.new_page()
        page.add_init_script(
            "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'))"
        )
        page.goto(OFFLINE.as_uri())
        assert asked(page, good_zip, [VKEY])[0] == 0
        assert asked(page, good_zip, [STRANGER.verifier().vkey()])[0] == 1


def test_the_offline_file_is_made_of_the_sources_that_lie_beside_it() -> None:
    assert OFFLINE.read_bytes() == offline_page(), "run: manage verify_page"


def test_the_offline_file_lets_nothing_in_from_elsewhere() -> None:
    text = OFFLINE.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(
        r"""(?:src|href)=|@import|[: ]url\(|https?://|fetch\(|XMLHttpRequest|WebSocket|sendBeacon""", text
    )
