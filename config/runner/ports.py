"""Free ports of the loopback address, chosen below the range that the kernel gives to outgoing connections."""

import random
import socket

from config.runner.errors import RunnerError

LOOPBACK = "127.0.0.1"
_LOWEST, _HIGHEST = 20_000, 32_000
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(*, avoid: frozenset[int] = frozenset()) -> int:
    """Return a random free port that is not in `avoid`."""
    chance = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = chance.randrange(_LOWEST, _HIGHEST)
        if port not in avoid and is_free(port):
            return port
    raise RunnerError(f"No free port between {_LOWEST} and {_HIGHEST} on {LOOPBACK}; end some programs and try again.")


def first_free_port(preferred: int) -> int:
    """Return `preferred`, or the next free port after it."""
    for port in range(preferred, preferred + _ATTEMPTS):
        if is_free(port):
            return port
    raise RunnerError(f"No free port between {preferred} and {preferred + _ATTEMPTS} on {LOOPBACK}.")


def answers(port: int) -> bool:
    """Tell whether something accepts connections on `port`."""
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex((LOOPBACK, port)) == 0
