"""A small site outside pytest: `python -m tests.operation.scratch VERB`, on what the environment names."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from liangtian.site.runtime import drain, migrate, start_django

PLOTS = 12


def prepare() -> None:
    """A county with its people, a published layer, received files: everything that a backup must keep."""
    migrate()
    from django.conf import settings

    from liangtian.platform.files.services import store
    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import start_import
    from tests.conftest import make_county, make_people, plane_box
    from tests.layers.deliveries import START, delivery, handed_in

    county = make_county()
    people = make_people(county)
    for number in range(3):
        content = f"会议纪要第{number}号".encode() * 1000
        store(
            [content], f"纪要{number}.txt", user=people.clerk, region=county.county, kind="document"
        )
    columns = {
        "DLBM": ["0101"] * PLOTS, "DLMC": ["水田"] * PLOTS,
        "TBBH": [str(n) for n in range(PLOTS)],
    }  # fmt: skip
    plots = [plane_box(100 * n, 0, 100, 100) for n in range(PLOTS)]
    path = delivery(Path(settings.DATA), "DLTB", plots, columns)
    layer = Layer.objects.get(code="dltb")
    start_import(people.clerk, handed_in(people.clerk, path), layer, "2025", START, publish=True)
    drain()


VERBS: dict[str, Any] = {"prepare": prepare}

if __name__ == "__main__":
    start_django()
    print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
