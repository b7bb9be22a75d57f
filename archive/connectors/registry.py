"""Find the connectors: every package beside this file that has a manifest. Adding one changes no line here."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module, resources

from . import __name__ as here
from . import __path__ as where
from .contract import Connector
from .errors import Unsupported


@cache
def connectors() -> dict[str, Connector]:
    """Return every connector by the name in its manifest."""
    found: dict[str, Connector] = {}
    for module in pkgutil.iter_modules(where):
        package = f"{here}.{module.name}"
        if module.ispkg and resources.files(package).joinpath("manifest.toml").is_file():
            connector: Connector = import_module(package).connector
            found[connector.manifest.name] = connector
    return found


def connector_named(name: str) -> Connector:
    """Return the connector of that name. Raises `Unsupported` when there is none."""
    try:
        return connectors()[name]
    except KeyError:
        raise Unsupported(f"There is no connector named {name!r}.") from None
