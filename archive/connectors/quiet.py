"""Keep the HTTP library's own logs from writing addresses and headers, which may hold credentials."""

import logging

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")


def _only_warnings(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def silence_request_logs() -> None:
    """Drop what httpx and httpcore say below WARNING, whatever level the settings give them. Twice changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_only_warnings)
