"""`python -m sandbox` starts, says where it is, and ends when told."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.puppeteer import Puppeteer

PATIENCE = 30.0


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "--ready-file", str(ready), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "SANDBOX_TOKEN": "a-known-token"})
    try:
        until = time.monotonic() + PATIENCE
        while not ready.exists() and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.02)  # another process starts up: its file is the only sign
        yield process, json.loads(ready.read_text())
    finally:
        process.kill()
        process.wait()


def test_it_tells_where_it_is_keeps_its_world_and_ends_on_sigterm(tmp_path: Path) -> None:
    state = ("--state-dir", str(tmp_path / "world"))
    with started(tmp_path, *state, "--story") as (process, ready):
        assert stat.S_IMODE((tmp_path / "ready.json").stat().st_mode) == 0o600
        assert ready["token"] == "a-known-token"
        assert ready["account"]["handle"] == "riverton_pd"
        strings = Puppeteer(ready["url"], ready["control_token"])
        post = strings.post("before the restart")
        count = len(strings.list()["statuses"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    with started(tmp_path, *state) as (_, again):
        strings = Puppeteer(again["url"], again["control_token"])
        assert len(strings.list()["statuses"]) == count
        assert any(status["id"] == post for status in strings.list()["statuses"])
        assert again["control_token"] != ready["control_token"]


def test_it_begins_with_a_seed_file_and_refuses_one_that_makes_no_sense(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    acts = [{"act": "account", "username": "page", "page": True}, {"act": "post", "text": "first"}]
    seed.write_text(json.dumps(acts))
    with started(tmp_path, "--seed", str(seed)) as (_, ready):
        statuses = Puppeteer(ready["url"], ready["control_token"]).list()["statuses"]
        assert [status["text"] for status in statuses] == ["first"]
    seed.write_text('[{"act":"fly"}]')
    failed = subprocess.run([sys.executable, "-m", "sandbox", "--seed", str(seed)], capture_output=True, check=False)
    assert failed.returncode == 2
    assert b"no such act" in failed.stderr
