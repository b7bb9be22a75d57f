"""Ports are chosen where nobody else is."""

import socket

from config.runner.ports import LOOPBACK, answers, first_free_port, free_port, is_free


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as busy:
        busy.bind((LOOPBACK, free_port()))
        busy.listen()
        port = busy.getsockname()[1]
        assert not is_free(port)
        assert answers(port)
        assert first_free_port(port) > port


def test_a_free_port_lies_below_those_of_outgoing_connections() -> None:
    assert 20_000 <= free_port() < 32_000


def test_a_port_that_is_promised_to_another_is_avoided() -> None:
    assert free_port(avoid=frozenset(range(20_000, 26_000))) >= 26_000
