"""Read a connector's manifest, which lies as `manifest.toml` beside its code."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import msgspec

from .contract import Manifest


class BadManifest(ValueError):
    """A manifest that cannot be used; a defect of the connector, not of the network."""


def load_manifest(package: str) -> Manifest:
    """Return the manifest of the package of that dotted name. Raises `BadManifest`."""
    raw = resources.files(package).joinpath("manifest.toml").read_text(encoding="utf-8")
    try:
        manifest = msgspec.convert(tomllib.loads(raw), Manifest)
        for pattern in manifest.secrets.body:
            re.compile(pattern.encode())
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, re.error) as error:
        raise BadManifest(f"{package}: {error}") from error
    return manifest
