"""The part of the design system that is served, and no more."""

import json
from pathlib import Path

import pytest

from config.runner.errors import RunnerError
from config.runner.npm import collect_design_system
from config.runner.state import ROOT

_NPM = """#!/bin/sh
echo "$@" >> {root}/calls
[ -f {root}/offline ] && echo "ENOTFOUND registry" && exit 1
dist={root}/node_modules/@uswds/uswds/dist
mkdir -p $dist/css $dist/js $dist/img/usa-icons $dist/fonts/x
echo "a{{background:url(../img/usa-icons/add.svg)}}b{{src:url('../fonts/x/y.woff2')}}" > $dist/css/uswds.min.css
touch $dist/js/uswds.min.js $dist/js/uswds-init.min.js $dist/js/uswds.js $dist/img/sprite.svg $dist/img/unused.svg \\
  $dist/img/us_flag_small.png $dist/img/icon-dot-gov.svg $dist/img/icon-https.svg $dist/img/usa-icons/add.svg \\
  $dist/fonts/x/y.woff2 $dist/fonts/x/z.ttf $dist/../LICENSE.md
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the product, with a stand-in for the registry's side of npm: it writes what a package would hold."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("npm", "node"):
        (tools / name).write_text(_NPM.format(root=tmp_path))
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "static").mkdir()
    return tmp_path


def _collect(root: Path, *, for_tests: bool = False) -> list[str]:
    collect_design_system(lambda line: None, for_tests=for_tests, root=root)
    calls = root / "calls"
    return calls.read_text().splitlines() if calls.exists() else []


def test_what_pages_and_the_style_sheet_name_is_served_and_nothing_else(root: Path) -> None:
    _collect(root)
    served = {str(path.relative_to(root / "static/uswds")) for path in (root / "static/uswds").rglob("*.*")}
    assert {"css/uswds.min.css", "img/usa-icons/add.svg", "fonts/x/y.woff2", "LICENSE.md"} <= served
    assert not {"js/uswds.js", "img/unused.svg", "fonts/x/z.ttf"} & served


def test_npm_is_called_again_only_when_the_lock_file_changed(root: Path) -> None:
    assert len(_collect(root)) == 1
    assert len(_collect(root)) == 1
    (root / "package-lock.json").write_text('{"changed": 1}')
    assert len(_collect(root)) == 2


def test_tests_get_the_development_packages_and_running_does_not_want_them_back_out(root: Path) -> None:
    assert "--omit=dev" in _collect(root)[-1]
    assert "--omit=dev" not in _collect(root, for_tests=True)[-1]
    assert len(_collect(root)) == 2


def test_a_failure_of_npm_is_told_and_leaves_what_was_served(root: Path) -> None:
    _collect(root)
    (root / "package-lock.json").write_text('{"changed": 1}')
    (root / "offline").touch()
    with pytest.raises(RunnerError, match="ENOTFOUND"):
        _collect(root)
    assert (root / "static/uswds/css/uswds.min.css").exists()


def test_the_lock_file_holds_digests_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)
