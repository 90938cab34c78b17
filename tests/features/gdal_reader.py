"""GDAL in a process of its own: pyogrio holds the interpreter while it waits for our server.

`python -m tests.features.gdal_reader ADDRESS KEY [LAYER [west,south,east,north]]` prints JSON: the names of the
layers, or of one layer the fields, columns and geometries (hexadecimal WKB).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def gdal(*words: str) -> Any:
    """What the process prints; RuntimeError with GDAL's words where it fails."""
    command = [sys.executable, "-m", __name__, *words]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def main(address: str, key: str, layer: str = "", bbox: str = "") -> dict[str, Any]:
    """What GDAL reads there."""
    import pyogrio
    from pyogrio.raw import read

    signing = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": key} if key else {}
    pyogrio.set_gdal_config_options({**signing, "GDAL_HTTP_TIMEOUT": "30", "GDAL_HTTP_NETRC": "NO"})
    if not layer:
        return {"layers": [str(name) for name, _ in pyogrio.list_layers(address)]}
    corners = tuple(map(float, bbox.split(","))) if bbox else None
    meta, _, wkb, columns = read(address, layer=layer, bbox=corners)
    return {
        "crs": meta["crs"],
        "wkb": [shape.hex() for shape in wkb],
        "columns": {
            name: [None if v is None else str(v) for v in column.tolist()]
            for name, column in zip(meta["fields"], columns, strict=True)
        },
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 -- what the caller reads
