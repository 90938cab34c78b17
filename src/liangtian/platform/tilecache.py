"""Made tiles kept on disk, at most so many bytes of them; the longest unused go first."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

LEFT_AFTER_CLEARING = 0.8  # share of the limit, so that clearing is rare
USED_AGAIN_SECONDS = 3600.0  # how exact "last used" is; each note of it is a write
WRITES_BETWEEN_LOOKS = 200  # other processes write as well, so the folder is measured now and then

_lock = threading.Lock()
_since_look = 0


def folder() -> Path:
    """Where tiles lie; it may be deleted at any time."""
    return Path(settings.DATA) / "tiles"


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """The bytes kept under `name` (a relative path); made and kept when they are not there."""
    path = folder() / name
    found = look(path)
    if found is None:
        found = make()
        keep(path, found)
    return found


def look(path: Path) -> bytes | None:
    """What is kept, noting that it was used."""
    try:
        data = path.read_bytes()
        if time.time() - path.stat().st_mtime > USED_AGAIN_SECONDS:
            os.utime(path)
    except FileNotFoundError:
        return None
    return data


def keep(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody ever reads half a tile."""
    global _since_look  # noqa: PLW0603 -- one count for the process
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.replace(temporary, path)
    with _lock:
        _since_look += 1
        due = _since_look >= WRITES_BETWEEN_LOOKS
        _since_look = 0 if due else _since_look
    if due:
        clear_oldest()


def clear_oldest(limit: int | None = None) -> int:
    """Bring the folder under its limit (LIANGTIAN_TILE_CACHE_MB); returns how many files went."""
    limit = settings.TILE_CACHE_BYTES if limit is None else limit
    files = []
    for path in folder().rglob("*"):
        try:
            state = path.stat()
        except FileNotFoundError:  # another process cleared it
            continue
        if path.is_file():
            files.append((state.st_mtime, state.st_size, path))
    total, gone = sum(size for _, size, _ in files), 0
    if total <= limit:
        return 0
    for _, size, path in sorted(files):
        path.unlink(missing_ok=True)
        total, gone = total - size, gone + 1
        if total <= limit * LEFT_AFTER_CLEARING:
            break
    return gone
