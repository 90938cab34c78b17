"""npm in web/ with the Node that pip installed: `python tools/web.py run lint`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hatch_build import install_packages, npm  # noqa: E402

if __name__ == "__main__":
    install_packages(ROOT / "web")
    command, env = npm()
    try:
        done = subprocess.run([*command, *sys.argv[1:]], check=False, cwd=ROOT / "web", env=env)
    except KeyboardInterrupt:  # how a development server is ended
        sys.exit(0)
    sys.exit(done.returncode)
