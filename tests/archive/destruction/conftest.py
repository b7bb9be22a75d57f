"""The S3 server of the storage room's tests, for what is destroyed there."""

from tests.archive.storage.conftest import credentials, locking, s3, server

__all__ = ["credentials", "locking", "s3", "server"]
