import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger.errors import LedgerError, NoteError, ParseError, ProofError
from archive.ledger.merkle import leaf_hash, node_hash
from archive.ledger.note import (
    Checkpoint,
    Signer,
    Verifier,
    check_note,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    parse_vkey,
)
from archive.ledger.proof import TlogProof, check_proof, parse_proof
from tests.archive.ledger.vector import CAPTURE, DISPOSITION, ROOT

ORIGIN = "records.city.example/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))
OTHER = Signer("witness.example", bytes(range(1, 33)))
TRUSTED = [SIGNER.verifier()]
CHECKPOINT = Checkpoint(ORIGIN, 2, bytes.fromhex(ROOT))
NOTE = SIGNER.sign(CHECKPOINT.text()).render().encode()

# The example key and note of Go's golang.org/x/mod/sumdb/note, an implementation that is not ours.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
""".encode()


def entry(c: str) -> bytes:
    return f'{{"c":"{c}","v":1}}'.encode()


def proof_file() -> bytes:
    return TlogProof(1, (bytes.fromhex(CAPTURE.leaf),), NOTE).render()


def test_a_note_of_another_implementation_verifies_and_has_the_same_bytes() -> None:
    note = parse_note(GO_NOTE)
    verifier = parse_vkey(GO_VKEY)
    assert check_note(note, [verifier]) == (verifier,)
    assert note.render().encode() == GO_NOTE
    assert verifier.vkey() == GO_VKEY


def test_a_checkpoint_is_signed_and_opened() -> None:
    assert open_checkpoint(NOTE, TRUSTED) == CHECKPOINT
    lines = NOTE.decode().split("\n")
    assert lines[:4] == [ORIGIN, "2", base64.b64encode(bytes.fromhex(ROOT)).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert parse_vkey(SIGNER.verifier().vkey()) == SIGNER.verifier()


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    both = parse_note(NOTE)
    both = both._replace(signatures=(*OTHER.sign(both.text).signatures, *both.signatures))
    assert open_checkpoint(both.render().encode(), TRUSTED) == CHECKPOINT
    assert check_note(both, [OTHER.verifier(), *TRUSTED]) == (OTHER.verifier(), SIGNER.verifier())


def test_no_key_an_unknown_key_and_a_wrong_signature_are_refused() -> None:
    with pytest.raises(NoteError, match="No key"):
        open_checkpoint(NOTE, [])
    with pytest.raises(NoteError, match="No trusted key"):
        open_checkpoint(NOTE, [OTHER.verifier()])
    with pytest.raises(NoteError, match="No trusted key"):
        open_checkpoint(NOTE, [Verifier(ORIGIN, OTHER.verifier().public_key)])
    note = parse_note(NOTE)
    with pytest.raises(NoteError, match="wrong"):
        check_note(note._replace(text=note.text.replace("\n2\n", "\n3\n")), TRUSTED)


def test_a_wrong_line_of_a_trusted_key_spoils_the_note_even_beside_a_good_one() -> None:
    note = parse_note(NOTE)
    bad = OTHER.sign("another text\n").signatures
    with pytest.raises(NoteError, match="witness"):
        check_note(note._replace(signatures=(*note.signatures, *bad)), [*TRUSTED, OTHER.verifier()])


def test_a_witness_cannot_stand_in_for_the_log() -> None:
    foreign = OTHER.sign(CHECKPOINT.text()).render().encode()
    with pytest.raises(NoteError, match="another log"):
        open_checkpoint(foreign, [OTHER.verifier(), *TRUSTED])


def twisted() -> list[tuple[str, bytes]]:
    text = NOTE.decode()
    head, signature = text.rsplit("— ", 1)
    name, _, encoded = signature.strip().partition(" ")
    loose = encoded[:-3] + chr(ord(encoded[-3]) + 1) + encoded[-2:]
    return [
        ("CRLF", NOTE.replace(b"\n", b"\r\n")),
        ("tab in the text", NOTE.replace(b"\n2\n", b"\n2\t\n")),
        ("NUL", b"\x00" + NOTE),
        ("no final newline", NOTE[:-1]),
        ("trailing newline", NOTE + b"\n"),
        ("trailing words", NOTE + b"x\n"),
        ("no empty line", NOTE.replace(b"\n\n", b"\n")),
        ("no signature", CHECKPOINT.text().encode() + b"\n"),
        ("the same signature twice", NOTE + f"— {signature}".encode()),
        ("hyphen for the dash", NOTE.replace("— ".encode(), b"- ")),
        ("two spaces", NOTE.replace("— ".encode(), "—  ".encode())),
        ("no padding", f"{head}— {name} {encoded.rstrip('=')}\n".encode()),
        ("loose trailing bits", f"{head}— {name} {loose}\n".encode()),
        ("base64url", f"{head}— {name} {encoded.replace('/', '_').replace('+', '-')}\n".encode()),
        ("id without a signature", f"{head}— {name} AAAAAA==\n".encode()),
        ("plus in the name", NOTE.replace(f"— {ORIGIN}".encode(), "— a+b".encode())),
        ("no-break space in the name", NOTE.replace(f"— {ORIGIN}".encode(), "— a\u00a0b".encode())),
        ("not UTF-8", NOTE.replace(b"records", b"rec\xff")),
        ("too long", b"a" * (1 << 19) + NOTE),
        ("too many signatures", NOTE + b"".join(f"— k{i} AAAAAAA=\n".encode() for i in range(100))),
        ("empty", b""),
    ]


@pytest.mark.parametrize("octets", [pytest.param(octets, id=name) for name, octets in twisted()])
def test_a_note_has_one_spelling(octets: bytes) -> None:
    assert octets != NOTE
    with pytest.raises(NoteError):
        open_checkpoint(octets, TRUSTED)


def test_a_wrong_key_id_is_an_unknown_key() -> None:
    note = parse_note(NOTE)
    [signature] = note.signatures
    with pytest.raises(NoteError, match="No trusted key"):
        check_note(note._replace(signatures=(signature._replace(key_id=b"\0\0\0\0"),)), TRUSTED)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        GO_VKEY + "\n",
        " " + GO_VKEY,
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY.replace("PeterNeumann", "PeterNeumanN"),
        GO_VKEY.replace("PeterNeumann", ""),
        GO_VKEY[:-1],
        GO_VKEY.replace("+ARpc", "+BBpc"),
        "PeterNeumann+c74f20a3",
        "PeterNeumann",
    ],
)
def test_a_key_has_one_spelling_and_the_id_of_its_bytes(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(vkey)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n2\n",
        f"origin\n02\n{'A' * 43}=\n",
        f"origin\n+2\n{'A' * 43}=\n",
        f"origin\n２\n{'A' * 43}=\n",
        f"origin\n-1\n{'A' * 43}=\n",
        f"origin\n9223372036854775808\n{'A' * 43}=\n",
        f"\n2\n{'A' * 43}=\n",
        "origin\n2\nAAAA\n",
        f"origin\n2\n{'A' * 43}\n",
        f"origin\n2\n{'A' * 43}=\n\nextension\n",
        f"origin\n2\n{'A' * 43}=",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(text)


def test_a_proof_file_shows_the_second_event_of_the_vector_to_be_logged() -> None:
    octets = proof_file()
    assert check_proof(octets, entry(DISPOSITION.c), TRUSTED) == CHECKPOINT
    assert parse_proof(octets).render() == octets
    assert octets.startswith(
        b"c2sp.org/tlog-proof@v1\nindex 1\nGoD2Hy2kqZOu3n3DfZgExFRU7HSP+AbP24/pI1nP7Uk=\n\nrecords."
    )
    assert node_hash(bytes.fromhex(CAPTURE.leaf), leaf_hash(entry(DISPOSITION.c))).hex() == ROOT


def test_extra_data_are_kept_and_prove_nothing() -> None:
    octets = replace(parse_proof(proof_file()), extra=b"note").render()
    assert parse_proof(octets).extra == b"note"
    assert check_proof(octets, entry(DISPOSITION.c), TRUSTED) == CHECKPOINT


def test_a_proof_of_another_entry_or_place_is_refused() -> None:
    with pytest.raises(ProofError):
        check_proof(proof_file(), entry(CAPTURE.c), TRUSTED)
    with pytest.raises(ProofError):
        check_proof(proof_file().replace(b"index 1", b"index 0"), entry(DISPOSITION.c), TRUSTED)
    with pytest.raises(ProofError):
        check_proof(proof_file().replace(b"index 1", b"index 2"), entry(DISPOSITION.c), TRUSTED)
    with pytest.raises(NoteError):
        check_proof(proof_file(), entry(DISPOSITION.c), [OTHER.verifier()])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 1", b"index 01"),
        (b"index 1", b"index  1"),
        (b"index 1", b"index -1"),
        (b"index 1", b"index 9999999999999999999"),
        (b"index 1\n", b""),
        (b"index 1\n", b"index 1\nextra AAAA\n"),
        (b"index 1\n", b"extra AAA\nindex 1\n"),
        (b"index 1\n", b"extra AAAA\nextra AAAA\nindex 1\n"),
        (b"7Uk=", b"7Ul="),
        (b"7Uk=", b"7Uk"),
        (b"GoD2", b"GoD2GoD2"),
        (b"\nGoD2", b"\n\nGoD2"),
        (b"\n", b"\r\n"),
        (b"GoD2", b"G\xc3\xb6D2"),
        (b"index 1\n", b"index 1\n" + b"A" * 43 + b"=\n" + (b"A" * 43 + b"=\n") * 64),
    ],
)
def test_a_proof_has_one_spelling(old: bytes, new: bytes) -> None:
    assert old in proof_file()
    with pytest.raises(LedgerError):
        check_proof(proof_file().replace(old, new, 1), entry(DISPOSITION.c), TRUSTED)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_changed_byte_of_a_proof_is_accepted(data: st.DataObject) -> None:
    octets = bytearray(proof_file())
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LedgerError):
        check_proof(bytes(octets), entry(DISPOSITION.c), TRUSTED)


@settings(max_examples=200, deadline=None)
@given(octets=st.binary(max_size=200))
def test_any_bytes_become_a_typed_error(octets: bytes) -> None:
    for read in (parse_note, parse_proof):
        with pytest.raises((NoteError, ParseError)):
            read(octets)
