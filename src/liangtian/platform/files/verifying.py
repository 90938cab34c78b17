"""Whether every file is still what came in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.stores import Store, store_in_use


@dataclass
class Verified:
    """Counts of distinct files: by their state, and those in the store that no row speaks of."""

    files: int = 0
    sound: int = 0
    missing: int = 0
    altered: int = 0
    unknown: int = 0


def verify(say: Callable[[str], None]) -> Verified:
    """Compute every hash anew; `say` hears of each file that is missing or altered (Chinese)."""
    store, found, known = store_in_use(), Verified(), set()
    rows = StoredFile.objects.order_by("sha256", "pk").values_list("sha256", "pk", "name")
    for sha256, key, name in rows.iterator():
        if sha256 in known:
            continue
        known.add(sha256)
        found.files += 1
        try:
            actual = _hash(store, sha256)
        except Refused as refusal:
            found.missing += 1
            say(f"缺失：文件 {key}“{name}”。{refusal.message}")
            continue
        if actual == sha256:
            found.sound += 1
        else:
            found.altered += 1
            say(f"被改动：文件 {key}“{name}”，入库校验值 {sha256}，现为 {actual}。")
    found.unknown = sum(1 for sha256 in store.hashes() if sha256 not in known)
    return found


def _hash(store: Store, sha256: str) -> str:
    with store.open(sha256) as source:
        total = hashlib.sha256()
        while chunk := source.read(1024 * 1024):
            total.update(chunk)
    return total.hexdigest()
