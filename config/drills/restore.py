"""The drills `restore` and `ransom`: the machine is lost, and another one goes on from the sheet and the second place.

`restore`: what survived beside it is the log outside the machine (its published files, and the sizes that were signed
for). Nothing that was acknowledged before the backup is lost; the log goes on from the last checkpoint anybody saw.
`ransom`: nothing else survived. The log goes on from the backup, and the whole ends in a clean fsck.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from archive.capture.schedule import capture_request
from archive.ledger.models import Checkpoint
from archive.records.models import Version
from archive.storage.models import StoredObject
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.waiting import job_done, wait_for
from config.drills.kill import at_rest
from config.drills.losing import Ground, StepFailed, ground
from config.runner.state import Kind, read_about
from sandbox.puppeteer import Puppeteer


def restore(seed: int) -> bool:
    """Run the drill `restore`; it has no chances."""
    return _drill(_restored)


def ransom(seed: int) -> bool:
    """Run the drill `ransom`; it has no chances."""
    return _drill(_ransomed)


def _drill(judge: Callable[[Ground, Cast, Puppeteer], None]) -> bool:
    url, token, control = sandbox_address()
    cast = demonstration_found(password=secrets.token_hex(12), sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    with ground() as land:
        try:
            _captured(cast, network, "before the backup")
            land.sheet()
            _say(land.here("backup"))
            _captured(cast, network, "before the increment")
            _say(land.here("backup"))
            judge(land, cast, network)
        except StepFailed as error:
            print(f"  LOST  {error}", flush=True)
            return False
    return True


def _restored(land: Ground, cast: Cast, network: Puppeteer) -> None:
    kept = _versions()
    _captured(cast, network, "after the last backup")
    state = read_about(Path(os.environ["DAYBOOK_STATE_DIR"]))
    shutil.copytree(state.directory / "log", land.top / "survived" / "log")
    shutil.copytree(state.reserve, land.top / "survived" / "reserve")
    reserved = max(Checkpoint.objects.values_list("size", flat=True))
    said = land.restore("--survived", str(land.top / "survived"), may_find=True)
    findings = [line for line in said.splitlines() if re.match(r"[a-z]+\.[a-z_.]+  ", line)]
    _say("\n".join(line for line in said.splitlines() if line not in findings))
    other = [line for line in findings if not line.startswith("content.lost ")]
    if other:
        raise StepFailed("fsck finds more than what the loss explains: " + "; ".join(other[:5]))
    _held("fsck", f"{len(findings)} findings, each of an entry that was signed for after the backup, and no other")
    _judge(land, kept)
    size = _next_checkpoint(land)
    if size < reserved:
        raise StepFailed(f"The log goes on at {size} entries; {reserved} were signed for.")
    _held("log", f"the next checkpoint has {size} entries, and extends the last one that was signed, of {reserved}")


def _ransomed(land: Ground, cast: Cast, network: Puppeteer) -> None:
    kept = _versions()
    _say(land.restore())
    _judge(land, kept)
    _held("log", f"the restored log goes on: its next checkpoint has {_next_checkpoint(land)} entries")


def _captured(cast: Cast, network: Puppeteer, words: str) -> None:
    network.account("drill_resident", display_name="A. Resident")
    post = network.post(f"A notice {words}.", pictures=[{"label": words, "alt": "A drawing"}])
    for n in range(20):
        network.comment("drill_resident", f"Comment {n} {words}.", to=post)
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    job_done(job.pk)
    wait_for("A checkpoint over all that was captured", at_rest)


def _versions() -> dict[str, int]:
    """Return what was acknowledged by now, as counts that only grow."""
    return {"versions": Version.objects.count(), "objects": StoredObject.objects.filter(gone_at=None).count()}


def _judge(land: Ground, kept: dict[str, int]) -> None:
    target = land.top / "all"
    land.there("manage", "--state", Kind.DEMO, "export-all", str(target), "--as", "admin", "--unsealed")
    found = {
        "versions": sum(1 for _ in (target / "data" / "tables" / "version.jsonl").open()),
        "objects": sum(1 for path in (target / "data" / "objects").rglob("*") if path.is_file()),
    }
    for name, count in kept.items():
        if found[name] < count:
            raise StepFailed(f"{count} {name} were acknowledged before the backup; {found[name]} are there.")
        _held(name, f"{count} were acknowledged before the backup, {found[name]} are there again")


def _next_checkpoint(land: Ground) -> int:
    """Order and sign in the restored state; return the size of its newest checkpoint."""
    land.there("manage", "--state", Kind.DEMO, "sequence", "--once")
    told = json.loads(land.there("manage", "--state", Kind.DEMO, "prove-records", "--json").splitlines()[-1])
    if told["findings"]:
        raise StepFailed("; ".join(told["findings"]))
    return int(told["size"])


def _say(text: str) -> None:
    for line in text.splitlines():
        print(f"    {line}", flush=True)


def _held(name: str, sentence: str) -> None:
    print(f"  held  {name:<10} {sentence}", flush=True)
