"""A browser judges time stamps as verify.py does with openssl, and never takes for good what openssl does not."""

import base64
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.timestamps import stamp_request
from archive.packages.offline import OFFLINE
from config.drills.outsiders import Authority
from tests.archive.packages.broken import pack
from tests.archive.packages.bundles import VKEY, build, copy, retag, unpack
from tests.archive.packages.judge import run
from tests.archive.packages.test_verify_anchors import STAMP, stamped_by
from tests.web.test_axe import CHROMIUM, _browser

pytestmark = [
    pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]

_EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
_EC_LONG = ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")
_FINDING = re.compile(r"^ *\[(anchor\.[a-z]+)\] ([^ :]*):", re.MULTILINE)
_SAID = re.compile(r"not after: (\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")

_CHECK = """async ([token, text, pem, places]) => {
  const octets = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const judged = (stamp) => Daybook.stampCheck(stamp, octets(text), Daybook.certificatesParse(pem)).then(
    () => "good",
    (error) => (error instanceof Daybook.Wrong ? error.code : String(error))
  );
  const whole = octets(token);
  const changed = (place) => whole.map((octet, n) => (n === place ? octet ^ 4 : octet));
  return [await judged(whole), await Promise.all(places.map((place) => judged(changed(place))))];
}"""


def by_script(page: Any, token: bytes, text: bytes, authority: Authority, places: Iterable[int] = ()) -> Any:
    """What the browser says of a time stamp, and of it with one bit changed at each of these places."""
    encoded = [base64.b64encode(octets).decode() for octets in (token, text)]
    return page.evaluate(_CHECK, [*encoded, authority.root.read_text(), list(places)])


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with _browser() as browser:
        page = browser.new_page()
        page.goto(OFFLINE.as_uri())
        yield page


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def curved(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("curved"), algorithm=_EC, between=True)


@pytest.fixture(scope="module")
def both(clock: Authority, curved: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("both")
    return unpack(build(folder, stamp=stamped_by(clock, curved)), folder / "unpacked")


def by_browser(page: Any, top: Path, folder: Path, roots: list[Path]) -> tuple[int, list[Any], list[Any]]:
    page.evaluate("document.getElementById('verify-result').removeAttribute('data-code')")
    page.get_by_label(re.compile("Public key of the log")).fill(VKEY)
    page.get_by_label(re.compile("Certificates of time-stamping")).set_input_files([str(root) for root in roots])
    page.get_by_label("The zip of the bundle").set_input_files(str(pack(top, folder / "bundle.zip")))
    page.get_by_role("button", name="Check").press("Enter")
    page.wait_for_selector("#verify-result[data-code]")
    said = "\n".join(page.locator("#verify-result li").all_inner_texts())
    return int(page.get_attribute("#verify-result", "data-code")), sorted(_FINDING.findall(said)), _SAID.findall(said)


def by_program(top: Path, roots: list[Path]) -> tuple[int, list[Any], list[Any]]:
    done = run("--vkey", VKEY, *(word for root in roots for word in ("--tsa-root", str(root))), str(top))
    return done.returncode, sorted(_FINDING.findall(done.stdout)), _SAID.findall(done.stdout)


@pytest.mark.parametrize("given", ["both", "clock", "curved", "none", "a clock's own", "a stranger"])
def test_both_say_the_same_of_two_time_stamps(
    page: Any, both: Path, clock: Authority, curved: Authority, tmp_path: Path, given: str
) -> None:
    own = clock.folder / "tsa.crt"  # a certificate that is no root is no place where trust begins
    roots = {
        "both": [clock.root, curved.root],
        "clock": [clock.root],
        "curved": [curved.root],
        "none": [],
        "a clock's own": [own],
        "a stranger": [Authority(tmp_path / "stranger", algorithm=_EC_LONG).root] if given == "a stranger" else [],
    }[given]
    browser, program = by_browser(page, both, tmp_path, roots), by_program(both, roots)
    assert browser == program
    assert browser[0] == (0 if given == "both" else 2)


@pytest.mark.parametrize("spoil", ["cut", "of another text", "signature", "nothing"])
def test_both_say_the_same_of_a_spoilt_time_stamp(
    page: Any, both: Path, clock: Authority, curved: Authority, tmp_path: Path, spoil: str
) -> None:
    top = copy(both, tmp_path)
    token = (top / STAMP).read_bytes()
    (top / STAMP).write_bytes(
        {
            "cut": token[:-1],
            "of another text": clock.stamp("", stamp_request(b"another text\n"))[1],
            "signature": token[:-1] + bytes([token[-1] ^ 1]),
            "nothing": b"",
        }[spoil]
    )
    retag(top)
    roots = [clock.root, curved.root]
    browser = by_browser(page, top, tmp_path, roots)
    assert browser == by_program(top, roots)
    assert browser[0] == 1


@pytest.mark.parametrize("algorithm", [("rsa:2048",), _EC, _EC_LONG], ids=["RSA", "P-256", "P-384"])
def test_what_a_browser_takes_for_good_openssl_does_too(page: Any, tmp_path: Path, algorithm: tuple[str, ...]) -> None:
    """Every byte of a time stamp is changed; what is left out of all signatures may change, and openssl is asked."""
    authority = Authority(tmp_path / "authority", algorithm=algorithm, between=True)
    text = b"example.org/log\n5\nAAAA\n"
    token = authority.stamp("", stamp_request(text))[1]
    whole, changed = by_script(page, token, text, authority, range(len(token)))
    assert whole == "good"
    assert {code.partition(".")[0] for code in changed} == {"anchor", "good"}
    taken = [place for place, code in enumerate(changed) if code == "good"]
    assert len(taken) < len(token) / 10
    for place in taken:
        assert authority.verifies(token[:place] + bytes([token[place] ^ 4]) + token[place + 1 :], text), place


def test_a_certificate_for_something_else_vouches_for_no_time(page: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    text = b"example.org/log\n5\nAAAA\n"
    token = authority.stamp("", stamp_request(text))[1]
    stamping, serving = bytes.fromhex("06082b06010505070308"), bytes.fromhex("06082b06010505070301")
    assert stamping in token
    assert by_script(page, token, text, authority)[0] == "good"
    assert by_script(page, token.replace(stamping, serving), text, authority)[0] == "anchor.false"
