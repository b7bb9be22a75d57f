"""Outsiders on loopback: a time-stamping authority around OpenSSL, and a witness that checks what it is shown."""

import base64
import hashlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Answer = tuple[int, bytes]


@contextmanager
def served(answer: Callable[[str, bytes], Answer]) -> Iterator[str]:
    """Serve `answer(path, body)` on a free loopback port; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, octets = answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_CONFIG = """
[tsa]
default_tsa = tsa_config
[tsa_config]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
{extra}
"""


class Authority:
    """A time-stamping authority with a root of its own, in a folder; needs the program `openssl`."""

    def __init__(
        self,
        folder: Path,
        *,
        extra: str = "",
        days: int = 30,
        algorithm: Sequence[str] = ("rsa:2048",),
        between: bool = False,
    ) -> None:
        """`algorithm` is what openssl's -newkey is told; `between` puts another authority between root and clock."""
        self.folder, self.root = folder, folder / "ca.crt"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, extra=extra.format(folder=folder)))
        (folder / "ext.cnf").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        (folder / "between.cnf").write_text(
            "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n"
        )
        key = ["-newkey", *algorithm, "-nodes"]
        self._run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Root", "-days", "3650")
        self._run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Clock")
        signer = "ca"
        if between:
            self._run("req", *key, "-keyout", "between.key", "-out", "between.csr", "-subj", "/CN=Between")
            self._certify("between", by="ca", serial=3, days=days, extensions="between.cnf")
            with (folder / "tsa.cnf").open("a") as config:
                config.write(f"certs = {folder}/between.crt\n")
            signer = "between"
        self._certify("tsa", by=signer, serial=2, days=days, extensions="ext.cnf")

    def _certify(self, name: str, *, by: str, serial: int, days: int, extensions: str) -> None:
        self._run(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.crt", "-CAkey", f"{by}.key"),
            *("-set_serial", str(serial), "-out", f"{name}.crt", "-days", str(days), "-extfile", extensions),
        )

    def stamp(self, _path: str, request: bytes) -> Answer:
        """Answer one request."""
        (self.folder / "query.tsq").write_bytes(request)
        self._run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return 200, (self.folder / "reply.tsr").read_bytes()

    def verifies(self, token: bytes, text: bytes) -> bool:
        """Say what OpenSSL thinks of a token over `text`."""
        (self.folder / "text").write_bytes(text)
        (self.folder / "token.tsr").write_bytes(token)
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "text", "-in", "token.tsr", "-CAfile", "ca.crt"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


class OwnWitness:
    """A witness of one log (C2SP tlog-witness), with its own reading of notes and its own Merkle arithmetic."""

    def __init__(self, log_vkey: str, name: str = "witness.example/1") -> None:
        self.key = Ed25519PrivateKey.generate()
        self.name, self.size, self.root = name, 0, hashlib.sha256(b"").digest()
        self._origin = log_vkey.split("+")[0]
        public = b"\x04" + self.key.public_key().public_bytes_raw()
        self._id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self._id.hex()}+{base64.b64encode(public).decode()}"
        self.clock: Callable[[], float] = time.time

    def answer(self, path: str, body: bytes) -> Answer:
        """Cosign a checkpoint that extends the last one; 409 with the size held, 422 for a false proof."""
        head, _, note = body.partition(b"\n\n")
        old, *proof = head.decode().split("\n")
        if path != "/add-checkpoint" or not re.fullmatch(r"old \d+", old):
            return 400, b""
        text = note.partition(b"\n\n")[0] + b"\n"
        origin, size_, root_ = text.decode().splitlines()
        size, root = int(size_), base64.b64decode(root_)
        if origin != self._origin:
            return 404, b""
        if int(old[4:]) != self.size:
            return 409, f"{self.size}\n".encode()
        if size < self.size:
            return 400, b""
        if not extends(self.size, size, self.root, root, [base64.b64decode(each) for each in proof]):
            return 422, b""
        self.size, self.root = size, root
        seconds = int(self.clock())
        signed = self.key.sign(f"cosignature/v1\ntime {seconds}\n".encode() + text)
        line = base64.b64encode(self._id + seconds.to_bytes(8, "big") + signed).decode()
        return 200, f"\u2014 {self.name} {line}\n".encode()


def extends(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Check a consistency proof as RFC 9162, section 2.1.4.2, spells it out."""
    if old == 0:
        return not proof
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = _node(node, fr), _node(node, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, node)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
