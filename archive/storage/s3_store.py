"""The evidence store on S3: conditional writes, versions kept, Object Lock that rolls ahead, deletion by version."""

import io
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, cast
from uuid import UUID

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.response import StreamingBody
from storages.backends.s3 import S3Storage

from archive.storage.contract import (
    AlreadyExists,
    Level,
    Locked,
    Missing,
    NoRoom,
    Standing,
    Stored,
    StoreError,
    Unavailable,
)
from archive.storage.metering import Meter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART = 8 << 20
LOCK = timedelta(days=35)
_TIMES = {"connect_timeout": 5, "read_timeout": 60}
_REPEAT = Config(retries={"total_max_attempts": 3, "mode": "standard"}, **_TIMES)  # type: ignore[arg-type]
_ONCE = Config(retries={"total_max_attempts": 1}, **_TIMES)  # type: ignore[arg-type]
#: How servers say that they are full, beside the status 507; S3 itself has no such answer.
_FULL = frozenset({"InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"})


def utc_now() -> datetime:
    """Return the time from which a lock runs."""
    return datetime.now(UTC)


class S3EvidenceStore(S3Storage):  # type: ignore[misc]
    """Objects of one bucket, which was made with Object Lock; keys are the bare UUIDs.

    Writes are sent once: after an answer that was lost, a repeated one would say that the key is taken. `level` is the
    mode of the lock; advisory means that none is set. Credentials come from the environment, as boto3 reads them.
    """

    def __init__(
        self,
        bucket: str,
        *,
        name: str = "s3",
        endpoint: str | None = None,
        region: str | None = None,
        level: Level = Level.COMPLIANCE,
        lock_for: timedelta = LOCK,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        settings = {"bucket_name": bucket, "endpoint_url": endpoint, "region_name": region}
        super().__init__(**settings, client_config=_REPEAT)
        self._writer = S3Storage(**settings, client_config=_ONCE)
        self.name, self.level, self._lock_for, self._now = name, level, lock_for, now
        self.flags = level is not Level.ADVISORY

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Write new bytes; see the contract. Less than 8 MiB go in one request, more in parts of 8 MiB."""
        name, meter = str(UUID(key)), Meter()
        lock = self._lock()
        blocks = _blocks(meter.watch(chunks))
        head = [next(blocks, b"")]
        if len(head[0]) < PART:
            with _refusing("keep the bytes"):
                answer: Any = self._writing.put_object(
                    Bucket=self.bucket_name,
                    Key=name,
                    Body=head[0],
                    ContentType="application/octet-stream",
                    IfNoneMatch="*",
                    ChecksumSHA256=_checksum(head[0]),
                    **lock,
                )
        else:
            answer = self._put_parts(name, chain((head.pop() for _ in [0]), blocks), lock)
        version = answer.get("VersionId", "")
        if self.level is not Level.ADVISORY and version in ("", "null"):
            raise StoreError(f"The bucket {self.bucket_name} keeps no versions, so nothing in it is locked.")
        return meter.stored(key, version_id=version, lock_until=lock.get("ObjectLockRetainUntilDate"))

    def _put_parts(self, name: str, blocks: Iterable[bytes], lock: dict[str, Any]) -> Any:
        where: Any = {"Bucket": self.bucket_name, "Key": name}
        with _refusing("begin an upload"):
            begun = self._writing.create_multipart_upload(
                **where, ContentType="application/octet-stream", ChecksumAlgorithm="SHA256", **lock
            )
        upload: Any = {**where, "UploadId": begun["UploadId"]}
        try:
            parts: list[Any] = []
            for number, block in enumerate(blocks, 1):
                checksum = _checksum(block)
                with _refusing("keep a part"):
                    part = self._writing.upload_part(**upload, PartNumber=number, Body=block, ChecksumSHA256=checksum)
                parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": checksum})
            if self.exists(name):  # not every server heeds the condition on the last call
                raise AlreadyExists(f"{name} is taken.")  # noqa: TRY301
            with _refusing("keep the bytes"):
                return self._writing.complete_multipart_upload(
                    **upload, IfNoneMatch="*", MultipartUpload={"Parts": parts}
                )
        except BaseException:
            with suppress(ClientError, BotoCoreError, HTTPClientError):  # `delete` of the key ends it otherwise
                self._writing.abort_multipart_upload(**upload)
            raise

    def open(self, key: str, version_id: str = "") -> Any:
        """Open bytes for reading; see the contract."""
        with _refusing("read", missing=key):
            answer = self._reading.get_object(**self._object(key, version_id))
        return closing(cast(BinaryIO, _Body(answer["Body"])))

    def exists(self, key: str, version_id: str = "") -> bool:
        """Tell whether the bytes are there; see the contract. A missing bucket answers a HEAD like a missing object."""
        return self._head(key, version_id) is not None

    def delete(self, key: str, version_id: str = "") -> None:
        """Remove one version, or every version and unfinished upload of the key; see the contract."""
        if not version_id:
            self._abort_uploads(key)
        for version in [version_id] if version_id else self._versions(key):
            with _refusing("delete the bytes", denied=partial(self._check_lock, key, version)):
                self._reading.delete_object(**self._object(key, version))
            if self.exists(key, version):
                raise Unavailable(f"The object store still shows {key} after deleting it.")

    def lock(self, key: str, version_id: str, until: datetime) -> datetime | None:
        """Lock a version at least until then; see the contract."""
        head = self._head(key, version_id)
        if head is None:
            raise Missing(f"{key} is not in the evidence store.")
        if self.level is Level.ADVISORY:
            return None
        present: datetime | None = head.get("ObjectLockRetainUntilDate")
        if present is not None and present >= until:
            return present
        with _refusing("lock"):
            self._reading.put_object_retention(
                **self._object(key, version_id),
                Retention={"Mode": cast(Any, self.level.upper()), "RetainUntilDate": until},
            )
        shown = self.standing(key, version_id).lock_until
        if shown is None or shown < until.replace(microsecond=0):
            raise Unavailable(f"The object store took a lock for {key} and does not show it.")
        return shown

    def hold(self, key: str, version_id: str, *, on: bool) -> None:
        """Set the legal hold of a version, and look that it is set; see the contract. One that is set is left so."""
        if not self.flags or self.standing(key, version_id).held is on:
            return
        with _refusing("flag", missing=key):
            self._reading.put_object_legal_hold(
                **self._object(key, version_id), LegalHold={"Status": "ON" if on else "OFF"}
            )
        if self.standing(key, version_id).held is not on:
            raise Unavailable(f"The object store took a flag for {key} and does not show it.")

    def standing(self, key: str, version_id: str) -> Standing:
        """Return what a HEAD of the version shows; see the contract. A lock that is over protects nothing."""
        head = self._head(key, version_id)
        if head is None:
            raise Missing(f"{key} is not in the evidence store.")
        until: datetime | None = head.get("ObjectLockRetainUntilDate")
        mode = str(head.get("ObjectLockMode", "")).lower()
        locked = until is not None and until > self._now() and mode in (Level.GOVERNANCE, Level.COMPLIANCE)
        return Standing(until, Level(mode) if locked else Level.ADVISORY, head.get("ObjectLockLegalHoldStatus") == "ON")

    @property
    def _reading(self) -> "S3Client":
        """The client for calls that may be repeated."""
        return cast("S3Client", self.connection.meta.client)

    @property
    def _writing(self) -> "S3Client":
        """The client for calls that are sent once."""
        return cast("S3Client", self._writer.connection.meta.client)

    def _lock(self) -> dict[str, Any]:
        if self.level is Level.ADVISORY:
            return {}
        until = (self._now() + self._lock_for).replace(microsecond=0)
        return {"ObjectLockMode": self.level.upper(), "ObjectLockRetainUntilDate": until}

    def _object(self, key: str, version_id: str) -> Any:
        version = {"VersionId": version_id} if version_id else {}
        return {"Bucket": self.bucket_name, "Key": str(UUID(key)), **version}

    def _head(self, key: str, version_id: str) -> dict[str, Any] | None:
        try:
            with _refusing("look for the bytes", missing=key):
                return cast(dict[str, Any], self._reading.head_object(**self._object(key, version_id)))
        except Missing:
            with _refusing("find the bucket"):
                self._reading.head_bucket(Bucket=self.bucket_name)
            return None

    def _check_lock(self, key: str, version_id: str) -> None:
        head = self._head(key, version_id)
        until = head.get("ObjectLockRetainUntilDate") if head else None
        held = head is not None and head.get("ObjectLockLegalHoldStatus") == "ON"
        if until is not None and until > self._now():
            raise Locked(f"{key} is locked until {until:%Y-%m-%d %H:%M} UTC.", until, held=held)
        if held:
            raise Locked(f"{key} is flagged: a hold keeps it.", held=True)

    def _versions(self, key: str) -> list[str]:
        name, found = str(UUID(key)), []
        with _refusing("list the versions"):
            for page in self._reading.get_paginator("list_object_versions").paginate(
                Bucket=self.bucket_name, Prefix=name
            ):
                kinds: Any = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                found += [each["VersionId"] for each in kinds if each["Key"] == name]
        return found

    def _abort_uploads(self, key: str) -> None:
        name = str(UUID(key))
        with _refusing("end an unfinished upload"):
            uploads = self._reading.list_multipart_uploads(Bucket=self.bucket_name, Prefix=name).get("Uploads", [])
            for upload in uploads:
                if upload["Key"] == name:
                    self._reading.abort_multipart_upload(Bucket=self.bucket_name, Key=name, UploadId=upload["UploadId"])


class _Body(io.RawIOBase):
    """An answer's body, whose faults are the store's."""

    def __init__(self, body: StreamingBody) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with _refusing("read to the end"):
            return self._body.read(None if size < 0 else size)

    def close(self) -> None:
        self._body.close()
        super().close()


def _blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes in blocks of PART, the last one shorter."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        rest = chunk
        while size + len(rest) >= PART:
            block = b"".join([*held, rest[: PART - size]])
            rest, held, size = rest[PART - size :], [], 0
            yield block
            del block
        held.append(rest)
        size += len(rest)
    if size:
        yield b"".join(held)


def _checksum(block: bytes) -> str:
    return b64encode(sha256(block).digest()).decode("ascii")


@contextmanager
def _refusing(doing: str, *, missing: str = "", denied: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn what boto3 raises into the contract's errors; `denied` may say why access was denied."""
    try:
        yield
    except ClientError as error:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        if status == 412:
            raise AlreadyExists("The key is taken.") from None
        if missing and (code in ("NoSuchKey", "NoSuchVersion") or (status == 404 and code == "404")):
            raise Missing(f"{missing} is not in the evidence store.") from None
        if status == 403 and denied is not None:
            denied()
        if status == 507 or code in _FULL:
            raise NoRoom(f"The object store could not {doing}: it is full ({code}). Nothing was taken.") from error
        _refuse(doing, code, error)
    except (BotoCoreError, HTTPClientError, OSError) as error:
        _refuse(doing, type(error).__name__, error)


def _refuse(doing: str, why: str, error: Exception) -> NoReturn:
    raise Unavailable(f"The object store did not {doing}: {why}.") from error
