"""Renews booking/web/package-lock.json: `make lock` runs it.

The lock keeps the packages that `vendor` takes files from and none of what they would pull in: the files are
built ones, complete in themselves. The API page alone would otherwise install 300 packages, a quarter of a
gigabyte, that no browser ever sees.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

WEB = Path(__file__).parent.parent / "booking" / "web"
KEPT = ("version", "integrity", "license")


def main() -> None:
    """Resolves the newest allowed versions and writes the shortened lock."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", ".npmrc"):
            shutil.copy(WEB / name, folder)
        subprocess.run(["npm", "install", "--package-lock-only"], cwd=folder, check=True)
        lock = json.loads(Path(folder, "package-lock.json").read_text())
    (WEB / "package-lock.json").write_text(json.dumps(shortened(lock), indent=2) + "\n")


def shortened(lock: dict[str, Any]) -> dict[str, Any]:
    """The lock without the dependencies of the packages that package.json names."""
    packages = lock["packages"]
    root = packages[""]
    named = {f"node_modules/{name}": packages[f"node_modules/{name}"] for name in root["dependencies"]}
    entries = {path: {key: entry[key] for key in KEPT if key in entry} for path, entry in named.items()}
    return lock | {"name": "booking", "packages": {"": root, **entries}}


if __name__ == "__main__":
    main()
