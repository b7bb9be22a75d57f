"""The second place as a bucket, best in another account: conditional writes, and deletion of every version."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from archive.storage.contract import Level, Locked, Missing, Unavailable
from config.continuity.place import check_name, same_or_taken

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TIMES: Any = {"connect_timeout": 5, "read_timeout": 60}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_GONE = {"NoSuchKey", "404", "NotFound"}
_DENIED = {"AccessDenied", "403", "InvalidRequest"}


class S3Place:
    """Objects under a folder of one bucket. Credentials come from the environment, as boto3 reads them.

    Repeating a write is safe here: a name that is taken by the same bytes is a write that was done.
    """

    def __init__(
        self,
        bucket: str,
        folder: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
        level: Level = Level.ADVISORY,
        lock_for: timedelta = timedelta(0),
    ) -> None:
        self._bucket, self._folder = bucket, f"{folder}/" if folder else ""
        self._level, self._lock_for = level, lock_for
        self.url = f"s3://{bucket}/{folder}" + (f" at {endpoint}" if endpoint else "")
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            config=Config(retries={"total_max_attempts": 3, "mode": "standard"}, **_TIMES),
        )

    def put(self, name: str, octets: bytes) -> None:
        """Write an object once; see the contract."""
        key = self._folder + check_name(name)
        lock: Any = {}
        if self._level is not Level.ADVISORY and self._lock_for:
            lock = {
                "ObjectLockMode": self._level.upper(),
                "ObjectLockRetainUntilDate": datetime.now(UTC) + self._lock_for,
            }
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=octets,
                ContentType="application/octet-stream",
                IfNoneMatch="*",
                ChecksumSHA256=b64encode(sha256(octets).digest()).decode("ascii"),
                **lock,
            )
        except ClientError as error:
            if _code(error) not in _TAKEN:
                raise Unavailable(f"The second place could not keep a file: {_code(error)}.") from error
            same_or_taken(name, self.read(name), octets)
        except (BotoCoreError, HTTPClientError) as error:
            raise Unavailable(f"The second place did not answer: {type(error).__name__}.") from error

    def read(self, name: str) -> bytes:
        """Return an object; see the contract."""
        with _refusing("read a file", name):
            return self._client.get_object(Bucket=self._bucket, Key=self._folder + check_name(name))["Body"].read()

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names in order; see the contract."""
        pages = self._client.get_paginator("list_objects_v2")
        with _refusing("list its files"):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._folder + prefix):
                for each in page.get("Contents", []):
                    yield each["Key"].removeprefix(self._folder)

    def delete(self, name: str) -> None:
        """Remove every version and delete marker of a name; see the contract."""
        key = self._folder + check_name(name)
        for version in self._versions(key):
            try:
                self._client.delete_object(Bucket=self._bucket, Key=key, **version)
            except ClientError as error:
                if _code(error) in _DENIED:
                    raise Locked(f"{name} is under lock at the second place.") from error
                raise Unavailable(f"The second place could not delete a file: {_code(error)}.") from error
            except (BotoCoreError, HTTPClientError) as error:
                raise Unavailable(f"The second place did not answer: {type(error).__name__}.") from error
        if self._versions(key):
            raise Unavailable(f"The second place still shows {name} after deleting it.")

    def _versions(self, key: str) -> list[Any]:
        found: list[Any] = []
        with _refusing("list its versions"):
            pages = self._client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self._bucket, Prefix=key):
                for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                    if each["Key"] == key:
                        version = each.get("VersionId", "null")
                        found.append({} if version == "null" else {"VersionId": version})
        return found


@contextmanager
def _refusing(doing: str, name: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if name and _code(error) in _GONE:
            raise Missing(f"{name} is not at the second place.") from None
        raise Unavailable(f"The second place could not {doing}: {_code(error)}.") from error
    except (BotoCoreError, HTTPClientError) as error:
        raise Unavailable(f"The second place did not answer: {type(error).__name__}.") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
