"""Time stamps of the text of a checkpoint (RFC 3161): asking for one, and reading what came."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA512, Hash
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client import VerificationError as Unverified

from archive.ledger.errors import LedgerError

MAX_TOKEN = 64 * 1024


class FalseStamp(LedgerError):
    """The answer is a time stamp, but not a good one of this text: it is not kept."""

    code = "ledger.timestamp.false"


class Stamp(NamedTuple):
    """A time stamp. `at` is the authority's own time; none when our parser refuses the token, which is kept anyway."""

    octets: bytes
    at: datetime | None


def stamp_request(text: bytes) -> bytes:
    """Return the DER request for a stamp over the SHA-512 of `text`, with a nonce and the authority's certificate."""
    request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA512).nonce(nonce=True)
    return request.cert_request(cert_request=True).build().as_bytes()


def stamp_read(octets: bytes, text: bytes, roots: Path | None) -> Stamp:
    """Read a DER answer. With `roots`, a PEM file of the certificates that we decided to trust, it must verify.

    Raises FalseStamp when the authority refused, when it stamped something else, and when it does not verify.
    """
    try:
        answer = decode_timestamp_response(octets)
    except ValueError:
        return Stamp(octets, None)
    if answer.status not in (0, 1):
        raise FalseStamp(f"The authority refused (status {answer.status}).")
    digest = Hash(SHA512())
    digest.update(text)
    if answer.tst_info.message_imprint.message != digest.finalize():
        raise FalseStamp("The authority stamped something else.")
    if roots is not None:
        builder = VerifierBuilder()
        for certificate in x509.load_pem_x509_certificates(roots.read_bytes()):
            builder = builder.add_root_certificate(certificate)
        try:
            builder.build().verify_message(answer, text)
        except Unverified as error:
            raise FalseStamp("The stamp does not verify under the trusted certificates.") from error
    return Stamp(octets, answer.tst_info.gen_time.astimezone(UTC))
