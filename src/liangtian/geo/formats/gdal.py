"""The one door to GDAL, opened with the first file: loading it costs a process some 30 MiB."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def gdal() -> Any:
    """pyogrio with its plain functions (`gdal().raw`)."""
    import pyogrio
    import pyogrio.raw

    # Defence in depth: even if a name slipped through, GDAL's network file system opens nothing else.
    pyogrio.set_gdal_config_options({"CPL_VSIL_CURL_ALLOWED_FILENAME": "none"})
    return pyogrio
