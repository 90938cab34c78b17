"""What the system is made of (SBOM): packages with version and licence.

Python packages are read from the installation itself, those of the browser application from the list
that the build leaves beside it.
"""

from __future__ import annotations

import json
import re
from collections import deque
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings

LISTED = "components.json"
CLASSIFIER = "License :: OSI Approved :: "
NAME = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")
EXTRA = re.compile(r"""extra == ['"]([^'"]+)['"]""")
FORBIDDEN = re.compile(r"(?<!L)(?<!Lesser )\b(?:AGPL|GPL)|(?<!Lesser )General Public License", re.I)


def components() -> list[dict[str, str]]:
    """Name, version, licence and kind of each, in alphabetical order."""
    return sorted([*_python(), *_npm()], key=lambda c: (c["kind"], c["name"].lower()))


@cache
def _python() -> tuple[dict[str, str], ...]:
    found: dict[str, metadata.Distribution] = {}
    waiting = deque([("liangtian", "")])
    while waiting:
        name, extras = waiting.popleft()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            found[key] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # for another platform
            continue
        waiting.extend(_needed(found[key], extras))
    return tuple(
        {"name": d.metadata["Name"], "version": d.version, "licence": licence_of(d), "kind": "python"}
        for d in found.values()
    )  # fmt: skip


def _needed(distribution: metadata.Distribution, extras: str) -> list[tuple[str, str]]:
    """Packages needed at run time, and the extras asked of them (psycopg[binary])."""
    names = []
    for line in distribution.requires or ():
        extra = EXTRA.search(line)
        if extra and extra[1] not in extras.split(","):
            continue
        if match := NAME.match(line):
            names.append((match[1], match[2] or ""))
    return names


def licence_of(distribution: metadata.Distribution) -> str:
    """The licence as the package states it: expression, classifier, or the first line of the text."""
    about = distribution.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    classified = [
        c.removeprefix(CLASSIFIER) for c in about.get_all("Classifier") or () if CLASSIFIER in c
    ]
    if classified:
        return "; ".join(classified)
    said = str(about.json.get("license") or "").strip()
    return said.splitlines()[0][:80] if said else "未注明"


def _npm() -> list[dict[str, str]]:
    path = Path(settings.WEB_DIST) / LISTED
    if not path.is_file():
        return []
    listed: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return [{**entry, "kind": "npm"} for entry in listed]
