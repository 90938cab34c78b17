"""What a run found, summed by layer, category and township for who reads it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.ledgers.declaration import Cents
from liangtian.platform.overlays.models import OUTSIDE, Measure, Plot, Run, RunLayer, Total
from liangtian.platform.people.models import User
from liangtian.platform.regions.models import Region

_TOWNSHIP = 9  # digits of a township's code


def plots_of(user: User, run: Run) -> tuple[int, Decimal]:
    """How many plots of a run lie in the user's region, and their m²."""
    rows = Plot.objects.visible_to(user).filter(run=run).order_by()
    found = rows.aggregate(n=Count("pk"), cents=Sum(Cents("m2")))
    return found["n"], Decimal(int(found["cents"] or 0)).scaleb(-2)


def sums(user: User, run: Run) -> list[dict[str, Any]]:
    """Layer by layer: the categories with m², mu and plots touched, and the m² of each by township."""
    rows = list(Total.objects.visible_to(user).filter(layer__run=run))
    codes = {row.region_id[:_TOWNSHIP] for row in rows}
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    layers = run.layers.select_related("version__layer").order_by("position")
    return [
        {
            "id": layer.pk,
            "version_id": layer.version_id,
            "layer_name": layer.version.layer.name,
            "version_label": layer.version.label,
            "first": _line("", "", [r for r in rows if _is(r, layer, Measure.FIRST)]),
            **_matrix(layer, [r for r in rows if _is(r, layer, Measure.AREA)], names),
        }
        for layer in layers
    ]


def _is(row: Total, layer: RunLayer, measure: Measure) -> bool:
    return row.layer_id == layer.pk and row.measure == measure


def _matrix(layer: RunLayer, rows: list[Total], names: dict[str, str]) -> dict[str, Any]:
    by_category: dict[str, list[Total]] = defaultdict(list)
    by_place: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        by_category[row.category].append(row)
        by_place[row.region_id[:_TOWNSHIP]][row.category] += row.m2
    # The largest category first, what lies outside last.
    order = sorted(by_category, key=lambda c: (c == "", -sum(r.m2 for r in by_category[c]), c))
    of = layer.version.layer
    return {
        "categories": [
            _line(c, of.category_name(c) if c else OUTSIDE, by_category[c]) for c in order
        ],
        "townships": [
            {
                "code": code,
                "name": names.get(code, code),
                "m2": [place.get(c, Decimal(0)) for c in order],
            }
            for code, place in sorted(by_place.items())
        ],
    }


def _line(category: str, label: str, rows: list[Total]) -> dict[str, Any]:
    m2 = sum((row.m2 for row in rows), Decimal(0))
    return {
        "category": category, "label": label, "m2": m2, "mu": round_m2(to_mu(m2)),
        "touched": sum(row.touched for row in rows),
    }  # fmt: skip
