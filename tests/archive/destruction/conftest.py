"""The S3 server of the storage room's tests, for what is destroyed there."""

from tests.archive.storage.conftest import credentials, locking, locking_kept, s3, s3_kept, server

__all__ = ["credentials", "locking", "locking_kept", "s3", "s3_kept", "server"]
