"""The parts of verify.py against code that we did not write, or wrote apart from it."""

import base64
import json
import random
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger.commitment import commit, disclose
from archive.ledger.encoding import base64url
from archive.ledger.merkle import inclusion_proof, leaf_hash
from archive.ledger.note import Signer
from archive.packages import verify
from archive.packages.verify import Checkpoint, Event, Wrong
from tests.archive.ledger.vector import CAPTURE, DISPOSITION, ROOT
from tests.archive.packages.bundles import ORIGIN, SIGNER, STRANGER, VKEY, Log

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return verify.ed25519_holds(public, message, signature)
    except Wrong:
        return False


# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    assert holds(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_openssl_s_signatures_hold_and_no_flipped_bit_of_them_does() -> None:
    chance = random.Random(8032)
    for n in range(12):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), chance.randbytes(n * 7)
        signature = key.sign(message)
        assert holds(public, message, signature)
        for _ in range(6):
            bit = chance.randrange(512)
            assert not holds(public, message, _flip(signature, bit))
        assert not holds(_flip(public, chance.randrange(256)), message, signature)
        assert not holds(public, message + b"\0", signature)


def _flip(octets: bytes, bit: int) -> bytes:
    return (int.from_bytes(octets, "little") ^ 1 << bit).to_bytes(len(octets), "little")


def test_a_signature_is_not_malleable_by_adding_the_order_to_s() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"x")
    s = int.from_bytes(signature[32:], "little")
    assert holds(public, b"x", signature)
    assert not holds(public, b"x", signature[:32] + (s + L).to_bytes(32, "little"))


@pytest.mark.parametrize("y", [P, P + 1, 2**255 - 1])
def test_a_point_is_read_in_its_canonical_form_only(y: int) -> None:
    for sign in (0, 1 << 255):
        with pytest.raises(Wrong, match="canonical"):
            verify._point((y | sign).to_bytes(32, "little"))


def test_a_negative_zero_is_no_point() -> None:
    assert verify._point((1).to_bytes(32, "little"))[0] == 0
    with pytest.raises(Wrong):
        verify._point((1 | 1 << 255).to_bytes(32, "little"))


def test_a_key_with_a_lost_character_is_told_apart_from_a_wrong_one() -> None:
    assert verify.key_parse(f" {VKEY}\n").name == ORIGIN
    for text in (VKEY[:-1], VKEY[1:], VKEY.replace("+", " "), "", "+", "++", "a+b+c", VKEY + "=", f"é{VKEY}", "\udc80"):
        with pytest.raises((Wrong, ValueError)):
            verify.key_parse(text)


KEY = verify.key_parse(VKEY)
NOTE = Log([b"a", b"b", b"c"]).note()


def test_a_checkpoint_is_opened_by_the_log_s_own_key_only() -> None:
    assert verify.checkpoint_open(NOTE, [KEY]).signer == KEY
    assert verify.checkpoint_open(NOTE, []).signer is None
    witness = Signer("witness.example", bytes(32))
    line = witness.sign(NOTE.decode().split("\n\n")[0] + "\n").render().split("\n\n")[1].encode()
    own = NOTE.split(b"\n\n")[1]
    assert verify.checkpoint_open(NOTE + line, [KEY]).signer == KEY
    cosigned = NOTE.replace(own, line)
    assert verify.checkpoint_open(cosigned, [verify.key_parse(witness.verifier().vkey())]).signer is None


def test_a_false_signature_by_a_known_key_spoils_the_whole_checkpoint() -> None:
    rotated = Signer(ORIGIN, bytes(range(2, 34)))
    text = NOTE.decode().split("\n\n")[0] + "\n"
    good = rotated.sign(text).render().split("\n\n")[1]
    keys = [KEY, verify.key_parse(rotated.verifier().vkey())]
    assert verify.checkpoint_open(NOTE + good.encode(), keys).signer == keys[1]
    bad = rotated.sign(text + "x\n").render().rsplit("\n\n", 1)[1]
    with pytest.raises(Wrong, match="false"):
        verify.checkpoint_open(NOTE + bad.encode(), keys)


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace(b"\n", b"\r\n"),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        b"\n" + NOTE,
        NOTE.replace(b"\n3\n", b"\n03\n"),
        NOTE.replace(b"=\n\n", b"\n\n"),
        NOTE.replace(b"\xe2\x80\x94 ", b"- "),
        NOTE.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94  "),
        NOTE.replace(b"\n3\n", b"\n\x003\n"),
        NOTE.replace(b"test", b"te\x7fst", 1),
        NOTE + NOTE.split(b"\n\n")[1] * 40,
        b"",
        b"\n\n",
        "\u2028".join(NOTE.decode().split("\n")).encode(),
    ],
)
def test_a_note_in_any_other_form_is_refused(note: bytes) -> None:
    with pytest.raises((Wrong, ValueError)):
        verify.checkpoint_open(note, [])  # with no key to fail, the form alone is judged


def test_loose_bits_of_base64_are_refused() -> None:
    for text, loose in (("AA==", "AB=="), ("AAA=", "AAB=")):
        assert verify.base64_bytes(text) in (b"\0", b"\0\0")
        with pytest.raises(Wrong, match="canonical"):
            verify.base64_bytes(loose)
    for text in ("AA", "A A==", "AA==\n", "AA==AA=="):
        with pytest.raises((Wrong, ValueError)):
            verify.base64_bytes(text)


def test_every_leaf_of_every_small_tree_is_proved_and_at_no_other_place() -> None:
    log = Log()
    for size in range(1, 18):
        log.entries.append(b"%d" % size)
        log._nodes.clear()
        head = verify.checkpoint_open(log.note(), [])
        for index in range(size):
            leaf = leaf_hash(log.entries[index])
            path = inclusion_proof(log.hashes, index, size)
            verify.inclusion_check(leaf, index, path, head)
            for other in {index - 1, index + 1, size, 2**52, -1} - {index}:
                with pytest.raises(Wrong):
                    verify.inclusion_check(leaf, other, path, head)
            for bad in (path[1:], path[:-1], [*path, bytes(32)], [bytes(32), *path]):
                if bad != path:
                    with pytest.raises(Wrong):
                        verify.inclusion_check(leaf, index, bad, head)


def test_the_published_vector_opens_and_lies_under_its_root() -> None:
    events = []
    for vector in (CAPTURE, DISPOSITION):
        shown = disclose(vector.schema, vector.fields, vector.key, list(vector.fields))
        event = verify.event_open(shown._asdict() | {"sd": list(shown.sd), "disclosures": list(shown.disclosures)})
        assert event.fields == vector.fields
        assert event.leaf.hex() == vector.leaf
        events.append(event)
    head = Checkpoint("x", 2, bytes.fromhex(ROOT), None, b"")
    verify.inclusion_check(events[0].leaf, 0, [events[1].leaf], head)
    assert verify.chain_check(events)


texts = st.text(max_size=12)
values = st.one_of(texts, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none())
names = st.lists(
    st.from_regex(r"(/[a-z#~0-9]{1,6}){1,3}", fullmatch=True).map(lambda n: n.replace("~", "~0")), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names.map("".join), values, min_size=1, max_size=9), st.binary(min_size=32, max_size=32))
def test_what_the_ledger_discloses_opens_to_the_same_values(fields: dict[str, object], key: bytes) -> None:
    shown = disclose("record/1", fields, key, list(fields))  # type: ignore[arg-type]
    value = {"schema": "record/1", "disclosures": list(shown.disclosures), "sd": list(shown.sd), "entry": shown.entry}
    event = verify.event_open(value)
    assert event.fields == fields
    assert event.leaf == commit("record/1", fields, key).leaf  # type: ignore[arg-type]


def committed(*texts: bytes) -> dict[str, object]:
    """Commit to disclosures of any bytes, as only a hostile log could."""
    shown = [base64url(text) for text in texts]
    sd = sorted(base64url(sha256(each.encode()).digest()) for each in shown)
    whole = json.dumps({"_sd": sd, "_sd_alg": "sha-256", "schema": "x/1"}, separators=(",", ":"))
    c = base64url(sha256(b"daybook.commit/v1\n" + whole.encode()).digest())
    return {"schema": "x/1", "disclosures": shown, "sd": sd, "entry": f'{{"c":"{c}","v":1}}'}


SALT = base64url(bytes(32))


def triple(name: str, value: str = '"v"', salt: str = SALT) -> bytes:
    return f'["{salt}","{name}",{value}]'.encode()


def test_a_hostile_log_s_own_disclosures_open_when_they_are_whole() -> None:
    assert verify.event_open(committed(triple("/a"), triple("/b", "null"))).fields == {"/a": "v", "/b": None}


@pytest.mark.parametrize(
    "parts",
    [
        [triple("/a"), triple("/a", "1")],
        [triple("/a") + b"," + triple("/b")],
        [triple("/a")[:-1], b'"]'],
        [b'["' + SALT.encode() + b'","/a"', b',"v"]'],
        [b'["' + SALT.encode() + b'","/a",["v"]', b'["x"]]', triple("/b") + b"," + triple("/c")],
        [b'["' + SALT.encode() + b'","/a","v]', b'["]', triple("/b") + b"," + triple("/c")],
        [triple("/a") + b" "],
        [b" " + triple("/a")],
        [triple("/a", '"v","w"')],
        [b'["' + SALT.encode() + b'","/a"]'],
        [triple("/a", "[]")],
        [triple("/a", "{}")],
        [triple("/a", '{"$utf16be":"2D0","b":1}')],
        [triple("/a", "1.5")],
        [triple("/a", "1e3")],
        [triple("/a", "NaN")],
        [triple("/a", str(2**53))],
        [triple("a")],
        [triple("/")],
        [triple("/a~2")],
        [triple("/a\\n/b")],
        [triple("/\\u00e9")],
        [triple("")],
        [triple("/a", salt="short")],
        [triple("/a", salt="A" * 42 + "B")],
        [b'["' + SALT.encode() + b'",1,"v"]'],
        [b"\xff\xfe"],
        [b"null"],
        [b""],
    ],
)
def test_disclosures_that_only_fit_together_are_refused(parts: list[bytes]) -> None:
    with pytest.raises((Wrong, ValueError, TypeError)):
        verify.event_open(committed(*parts))


def test_a_text_with_half_a_surrogate_pair_is_taken_as_it_was_committed() -> None:
    value = committed(triple("/a", '{"$utf16be":"2D0"}'))
    assert verify.event_open(value).fields == {"/a": {"$utf16be": "2D0"}}


@pytest.mark.parametrize("character", ["+", "/", "=", " ", "\n", ",", "é"])
def test_a_disclosure_in_another_alphabet_is_refused(character: str) -> None:
    value = committed(triple("/a"))
    shown = f"{value['disclosures'][0]}{character}"  # type: ignore[index]
    with pytest.raises((Wrong, ValueError)):
        verify.event_open({**value, "disclosures": [shown]})


def link(n: object, prev: object, leaf: bytes, subject: object = "s") -> Event:
    return Event({"/event/subject": subject, "/event/n": n, "/event/prev": prev}, leaf, 0)


A, B, C = bytes(32), b"\1" * 32, b"\2" * 32


def test_a_chain_may_be_shown_in_any_order_and_beside_others() -> None:
    events = [link(1, base64url(A), B), link(0, None, C, "other"), link(0, None, A), link(2, base64url(B), C)]
    assert verify.chain_check(events)


def test_a_chain_that_begins_later_is_said_to() -> None:
    assert not verify.chain_check([link(4, base64url(A), B), link(5, base64url(B), C)])


@pytest.mark.parametrize(
    "events",
    [
        [link(0, None, A), link(2, base64url(A), B)],
        [link(0, None, A), link(1, base64url(C), B)],
        [link(0, None, A), link(0, None, B)],
        [link(0, base64url(A), B)],
        [link(1, None, B)],
        [link(-1, base64url(A), B)],
        [link(True, base64url(A), B)],
        [link("0", None, B)],
        [link(0, None, A, None)],
        [Event({"/event/subject": "s", "/event/n": 0}, A, 0)],
    ],
)
def test_a_chain_with_a_gap_a_fork_or_a_wrong_back_link_is_refused(events: list[Event]) -> None:
    with pytest.raises(Wrong):
        verify.chain_check(events)


def test_a_text_withheld_by_its_stem_covers_its_segments_but_not_its_neighbours() -> None:
    fields = {"/content/#": 3, "/content/0": "a", "/name": "x"}
    assert verify.withheld_check(fields, [{"path": "/content/1", "code": "b"}, {"path": "/content/2", "code": "c"}])
    assert verify.withheld_check({"/content/#": 3}, [{"path": "/content", "code": "b"}]) == {"/content": "b"}
    for wrong in (
        ["/content/1"],
        ["/content"],
        ["/content/1", "/content/2", "/name"],
        ["/contents"],
        ["/content/1"] * 2,
    ):
        with pytest.raises(Wrong):
            verify.withheld_check(fields, [{"path": path, "code": "7(1)(b)"} for path in wrong])


@pytest.mark.parametrize("count", [-1, True, "3", None, 10**9, 1.0])
def test_a_number_of_segments_that_is_none_is_refused(count: object) -> None:
    with pytest.raises(Wrong, match="number of segments"):
        verify.withheld_check({"/content/#": count, "/content/0": "a"}, [])


def test_more_segments_than_are_counted_are_refused() -> None:
    with pytest.raises(Wrong, match="number of segments"):
        verify.withheld_check({"/content/#": 1, "/content/0": "a", "/content/1": "b"}, [])


def test_the_stranger_of_these_tests_has_the_log_s_name_and_another_key() -> None:
    assert STRANGER.name == SIGNER.name
    assert base64.b64decode(STRANGER.verifier().vkey().split("+", 2)[2]) != KEY.public
