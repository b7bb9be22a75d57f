"""`python -m sandbox`: start the sandbox and print where it is, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from . import store
from .server import Options, SandboxServer, Stage, perform
from .story import demonstration
from .world import Refused, World


def main() -> int:
    """Run until told to stop. Returns 0, or 2 when it could not start."""
    asked = _arguments().parse_args()
    try:
        world = _world(asked.state_dir, asked.seed, asked.story)
    except (OSError, ValueError, Refused) as error:
        print(f"The sandbox could not start: {error}", file=sys.stderr)  # noqa: T201
        return 2
    options = Options(
        token=os.environ.get("SANDBOX_TOKEN") or secrets.token_urlsafe(24),
        control_token=os.environ.get("SANDBOX_CONTROL_TOKEN") or secrets.token_urlsafe(24),
        folder=asked.state_dir,
        rate_limit=asked.rate_limit,
    )
    stage = Stage(world, options)
    try:
        server = SandboxServer(asked.host, asked.port, stage)
    except OSError as error:
        print(f"The sandbox could not listen on {asked.host}:{asked.port}: {error}", file=sys.stderr)  # noqa: T201
        return 2

    def stop(signum: int, frame: FrameType | None) -> None:
        stage.closing.set()
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if asked.ready_file:
        _tell(asked.ready_file, server, options, world)
    print(f"The sandbox listens on http://{server.address}", flush=True)  # noqa: T201
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--state-dir", type=Path, help="keep the world here; what is there already wins over a seed")
    parser.add_argument("--seed", type=Path, help="a JSON list of acts to begin with")
    parser.add_argument("--story", action="store_true", help="begin with the demonstration story")
    parser.add_argument("--ready-file", type=Path, help="written, for the owner only, when the sandbox answers")
    parser.add_argument("--rate-limit", type=int, default=3_000, help="requests of readers in five minutes")
    return parser


def _world(folder: Path | None, seed: Path | None, story: bool) -> World:
    kept = store.load(folder) if folder else None
    if kept is not None:
        return kept
    world = World()
    if seed:
        perform(world, json.loads(seed.read_text(encoding="utf-8")))
    elif story:
        perform(world, demonstration(datetime.now(UTC)))
    if not world.page:
        world.page = world.add_account("page", "Page").id
    if folder:
        store.save(folder, world)
    return world


def _tell(path: Path, server: SandboxServer, options: Options, world: World) -> None:
    """Write where the sandbox is and its tokens, whole or not at all."""
    told = {
        "url": f"http://{server.address}",
        "pid": os.getpid(),
        "token": options.token,
        "control_token": options.control_token,
        "account": {"id": str(world.page), "handle": world.accounts[world.page].username},
    }
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file)
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main())
