"""The room of the connectors keeps to itself."""

import ast
import pickle
from pathlib import Path

import pytest

import archive.connectors as room
from archive.connectors.contract import Secret
from archive.connectors.errors import Unsupported
from archive.connectors.manifests import BadManifest, load_manifest
from archive.connectors.registry import connector_named, connectors

HERE = Path(room.__path__[0])


def test_a_connector_is_found_by_its_folder_alone() -> None:
    assert set(connectors()) == {path.parent.name for path in HERE.glob("*/manifest.toml")}
    assert connector_named("mastodon").manifest.network == "mastodon"
    with pytest.raises(Unsupported):
        connector_named("../etc")


def test_no_connector_knows_a_database_or_a_framework() -> None:
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not {name.split(".")[0] for name in names} & {"django", "psycopg", "celery", "sandbox"}, path


def test_the_contract_imports_nothing_of_ours() -> None:
    for node in ast.walk(ast.parse((HERE / "contract.py").read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not node.level
            assert not (node.module or "").startswith("archive")


def test_a_secret_does_not_print_and_is_not_pickled() -> None:
    secret = Secret("open sesame")
    assert "sesame" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_manifest_with_an_unknown_word_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "odd_connector"
    package.mkdir()
    (package / "__init__.py").touch()
    known = (HERE / "mastodon" / "manifest.toml").read_text()
    (package / "manifest.toml").write_text(known.replace('id = "content"', 'id = "contents"', 1))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BadManifest, match="contents"):
        load_manifest("odd_connector")
