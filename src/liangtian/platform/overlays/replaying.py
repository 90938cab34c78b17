"""Making a run again from what it names, and saying where the answer differs from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from liangtian.geo.overlay import ENGINE
from liangtian.platform.errors import Refused
from liangtian.platform.overlays.measuring import distances, measured
from liangtian.platform.overlays.models import Part, Plot, Run
from liangtian.platform.overlays.parts import Parts, Placed
from liangtian.platform.overlays.rules import tolerance_of
from liangtian.platform.packs.services import pack_at

Told = Callable[[float], None]
_Row = tuple[int, str, str, Decimal]


class Replay(NamedTuple):
    """How many plots were measured again, and the numbers of those whose rows differ."""

    plots: int
    different: list[str]


def replay(run: Run, told: Told = lambda _: None) -> Replay:
    """Measure a finished run once more with the same source, versions, order and pack; nothing is stored.

    Raises Refused when it is not finished, or was made by an engine this program no longer has.
    """
    if run.done_at is None:
        raise Refused(f"“{run.title}”还没有完成，不能重放。")
    if run.engine != ENGINE:
        raise Refused(
            f"“{run.title}”由引擎“{run.engine}”完成，本程序的引擎是“{ENGINE}”，不能重放。"
        )
    if run.pack_version and tolerance_of(pack_at(run.pack_version), run.as_of) != run.sliver_m2:
        raise Refused(f"政策包 {run.pack_version} 的细碎容差与记录的不符。")
    layers = list(run.layers.select_related("version__layer", "version__source_file"))
    parts, done, different = Parts(run), 0, list[str]()
    for part in parts:
        told(parts.share)
        columns = measured(part, layers, ordered=run.ordered)
        near = distances(part.geoms, run.near, run.near_m) if run.near and run.near_m else []
        again: list[set[_Row]] = [set() for _ in part.keys]
        for plot, *row in zip(columns.plot, columns.layer, columns.measure, columns.category, columns.m2, strict=True):  # fmt: skip
            again[plot].add((row[0], row[1], row[2], row[3]))  # type: ignore[arg-type]
        different += _different(run, part, again, near, done)
        done += len(part.keys)
    if done != run.plots:
        different.append(f"地块数 {run.plots}，重放 {done}")
    return Replay(done, different)


def _different(
    run: Run, part: Placed, again: list[set[_Row]], near: list[Decimal | None], before: int
) -> list[str]:
    rows = Plot.objects.filter(run=run, row__gt=before, row__lte=before + len(part.keys))
    plots = list(rows.order_by("row"))
    stored: dict[int, set[_Row]] = {plot.pk: set() for plot in plots}
    names = ("plot_id", "layer_id", "measure", "category", "m2")
    for pk, *row in Part.objects.filter(plot__in=rows).values_list(*names):
        stored[pk].add((row[0], row[1], row[2], row[3]))
    out = []
    for k, key in enumerate(part.keys):
        plot = plots[k] if k < len(plots) else None
        same = plot is not None and (
            (plot.key, plot.m2, plot.region_id) == (key, part.m2[k], part.regions[k])
            and stored[plot.pk] == again[k]
            and plot.near_m == (near[k] if near else None)
        )
        if not same:
            out.append(part.numbers[k])
    return out
