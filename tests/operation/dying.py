"""A command that is killed at a chosen moment: `python -m tests.operation.dying FOLDER PATTERN WORDS…`.

The process ends itself with SIGKILL at its first step (anything Python audits: opening, moving, asking for a
file) after something in FOLDER meets PATTERN. From outside, by looking again and again, a busy machine
would miss the moment.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path


def watched(folder: Path, pattern: str) -> None:
    """Be killed once `pattern` is there."""
    looking = False

    def look(event: str, _: object) -> None:
        nonlocal looking
        if looking or not event.startswith(("open", "os.", "shutil.", "subprocess.", "sqlite3.")):
            return
        looking = True  # looking opens folders itself
        if any(folder.glob(pattern)):
            os.kill(os.getpid(), signal.SIGKILL)
        looking = False

    sys.addaudithook(look)


if __name__ == "__main__":
    from liangtian.site.cli import main

    watched(Path(sys.argv[1]), sys.argv[2])
    sys.exit(main(sys.argv[3:]))
