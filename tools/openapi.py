"""Writes web/openapi.json, from which the types of the browser application are made.

`python tools/openapi.py` writes it, then `python tools/web.py run api` makes web/src/api/schema.ts;
`python tools/openapi.py --check` only says whether the file is current.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "web/openapi.json"


def description() -> dict[str, Any]:
    """The API as OpenAPI, without a server's address; an operation's summary is its first sentence."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian.site.settings")
    django.setup()
    from liangtian.site.api import api
    from liangtian.site.examples import with_examples

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    del found["servers"]
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["summary"] = " ".join(operation.pop("description", "").split())
    for part in ("paths", "components"):
        _drop_titles(found[part])
    return with_examples(found)


def _drop_titles(node: Any) -> None:
    """Titles repeat the names of fields; a field that is itself called title holds no text here."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            _drop_titles(child)


def text() -> str:
    """What the file should hold."""
    return json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; 1 when the file is stale."""
    current = text()
    if "--check" not in arguments:
        FILE.write_text(current, encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == current:
        return 0
    print(
        "web/openapi.json 与接口不一致。请运行 python tools/openapi.py，再运行 python tools/web.py run api。",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
