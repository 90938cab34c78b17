"""Many layers at once: what is stored sums up, is the same when made again, and survives a kill."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import shapely

from liangtian.geo.area import survey_area
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.jobs.services import run_job
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.overlays import jobs, measuring, parts
from liangtian.platform.overlays.models import Part, Plot, Run, Total
from liangtian.platform.overlays.replaying import replay
from liangtian.platform.overlays.services import Wanted, discard, start
from tests.conftest import SignedIn

TODAY = date(2026, 3, 1)


def asked(layers: dict[str, LayerVersion], **rest: Any) -> Wanted:
    versions = [layers["redline"].pk, layers["construction_approval"].pk, layers["dltb"].pk]
    return Wanted("layer", layers["dltb"].pk, versions, TODAY, ordered=True, near=layers["redline"].pk, near_m=150, **rest)  # fmt: skip


@pytest.fixture
def run(people: Any, layers: dict[str, LayerVersion], run_jobs: Any, monkeypatch: Any) -> Run:
    """Finished, in parts of five plots."""
    monkeypatch.setattr(parts, "PART", 5)
    made = start(people.clerk, asked(layers))
    run_jobs()
    made.refresh_from_db()
    assert made.done_at is not None, made.job
    return made


def rows(run: Run) -> dict[str, dict[tuple[str, str, str], Decimal]]:
    """Plot -> (layer, measure, category) -> m²."""
    out: dict[str, dict[tuple[str, str, str], Decimal]] = defaultdict(dict)
    for one in Part.objects.filter(plot__run=run).select_related("plot", "layer__version__layer"):
        key = (one.layer.version.layer.code, one.measure, one.category)
        out[str(one.plot.row)][key] = one.m2
    return out


def test_rows_of_a_plot_sum_to_its_area_in_every_layer(run: Run) -> None:
    assert run.plots == 12
    found = rows(run)
    for plot in Plot.objects.filter(run=run):
        for code in ("dltb", "redline", "construction_approval"):
            mine = [
                m2 for (c, m, _), m2 in found[str(plot.row)].items() if (c, m) == (code, "area")
            ]
            assert sum(mine) == plot.m2, (plot.number, code)
        assert found[str(plot.row)]["dltb", "area", plot.category] == plot.m2, "lies in itself"


def test_overlapping_approvals_count_once_and_order_takes_ground_away(
    run: Run, layers: dict[str, LayerVersion]
) -> None:
    found = rows(run)
    first = found[
        "1"
    ]  # red line: upper half of 100 × 100; approvals: 80 × 60 of it, twice in the middle
    features = list(layers["construction_approval"].features.order_by("row"))
    ground = shapely.union_all([one.geom for one in features])
    plot = layers["dltb"].features.get(row=1)
    expected = survey_area(shapely.intersection(plot.geom, ground))
    code = "construction_approval"
    assert abs(first[code, "area", code] - expected) <= Decimal("0.02")
    red = layers["redline"].features.get(row=1).geom
    left = survey_area(shapely.difference(shapely.intersection(plot.geom, ground), red))
    assert abs(first[code, "first", ""] - left) <= Decimal("0.02")
    assert left < expected, "the case asks something"
    for plot in Plot.objects.filter(run=run):
        counted = sum(m2 for (_, m, _), m2 in found[str(plot.row)].items() if m == "first")
        assert counted == plot.m2, "the survey comes last and covers all"


def test_distance_to_the_nearest_figure_is_kept_up_to_the_limit(run: Run) -> None:
    found = dict(Plot.objects.filter(run=run).values_list("row", "near_m"))
    assert found[1] == found[7] == 0, "inside, and touching"
    for row, metres in {6: 50, 11: 100}.items():
        assert abs(found[row] - metres) < Decimal("0.1")
    assert found[12] is None, "200 m away"
    assert all(one is None or one <= 150 for one in found.values())


def test_distances_are_the_same_however_few_figures_are_held_at_once(
    run: Run, layers: dict[str, LayerVersion], monkeypatch: Any
) -> None:
    found = list(Plot.objects.filter(run=run).order_by("row").values_list("near_m", flat=True))
    plots = np.array([one.geom for one in layers["dltb"].features.order_by("row")], dtype=object)
    monkeypatch.setattr(measuring, "NEIGHBOURS", 2)
    monkeypatch.setattr(measuring, "FIGURES", 1)
    assert measuring.distances(plots, layers["redline"], 150) == found
    assert None in found, "some are too far"


def test_totals_are_the_sums_of_the_rows_by_region(run: Run) -> None:
    kept = {(t.layer_id, t.measure, t.region_id, t.category): t.m2 for t in Total.objects.filter(layer__run=run)}  # fmt: skip
    summed: dict[Any, Decimal] = defaultdict(Decimal)
    for one in Part.objects.filter(plot__run=run):
        summed[one.layer_id, one.measure, one.region_id, one.category] += one.m2
    assert kept == dict(summed)
    assert {region for _, _, region, _ in kept} == {"990121100201", "990121101201"}


def test_a_run_names_what_it_was_made_with_and_is_the_same_when_made_again(run: Run) -> None:
    assert run.engine
    assert run.pack_version
    assert run.sliver_m2 > 0
    again = replay(run)
    assert again == (12, [])
    part = Part.objects.filter(plot__run=run, measure="area", category="0101")[0]
    with pytest.raises(Exception, match="不能改动"):
        Part.objects.filter(pk=part.pk).update(m2=part.m2 + 1)


def test_replay_finds_a_row_that_is_not_what_the_layers_say(run: Run) -> None:
    part = Part.objects.filter(plot__run=run, measure="area", category="0101")[0]
    number = part.plot.number
    part.delete()
    assert replay(run).different == [number]


class Killed(BaseException):
    """As SIGKILL: nothing is caught or cleaned up."""


def test_killed_between_parts_it_goes_on_and_shows_nothing_meanwhile(
    people: Any, layers: Any, run: Run, signed_in: SignedIn, monkeypatch: Any
) -> None:
    second = start(people.clerk, asked(layers))
    plain, seen = measuring.measured, []

    def dies(*args: Any, **rest: Any) -> Any:
        seen.append(1)
        if len(seen) == 2:
            raise Killed
        return plain(*args, **rest)

    monkeypatch.setattr(jobs, "measured", dies)
    with pytest.raises(Killed):
        run_job.call(str(second.job_id))
    second.refresh_from_db()
    assert (second.plots, second.done_at) == (5, None)
    clerk = signed_in(people.clerk)
    page = clerk.get("/api/ledgers/overlays.parts/rows", {"run": second.pk}).json()
    assert page["total"] == 0, "no half results"
    assert clerk.get(f"/api/overlays/{second.pk}").json()["sums"] == []
    with pytest.raises(Conflict):
        discard(people.clerk, second.pk)
    monkeypatch.setattr(jobs, "measured", plain)
    jobs.measure(JobRun(Job.objects.get(target=f"overlays.run:{second.pk}")), run_id=second.pk)
    second.refresh_from_db()
    assert second.done_at is not None
    assert rows(second) == rows(run)
    assert replay(second).different == []


def test_what_another_engine_began_is_begun_anew(people: Any, layers: Any, run: Run) -> None:
    second = start(people.clerk, asked(layers))
    Run.objects.filter(pk=second.pk).update(engine="别的引擎", plots=1)
    Plot.objects.create(run=second, row=1, key=1, number="x", m2=1, at="0,0", region=run.region)
    run_job.call(str(second.job_id))
    second.refresh_from_db()
    assert second.engine == run.engine
    assert rows(second) == rows(run)


def test_a_township_has_its_own_plots_of_the_county_run_and_runs_over_itself(
    people: Any, layers: Any, run: Run, run_jobs: Any, signed_in: SignedIn
) -> None:
    here = signed_in(people.township_a).get(f"/api/overlays/{run.pk}").json()
    mine = Plot.objects.filter(run=run, region__code__startswith="990121100").count()
    assert 0 < here["seen_plots"] == mine < 12
    assert {t["code"] for layer in here["sums"] for t in layer["townships"]} == {"990121100"}
    own = start(people.township_a, asked(layers))
    run_jobs()
    own.refresh_from_db()
    assert own.plots == mine
    assert rows(own) == {row: parts for row, parts in rows(run).items() if int(row) <= mine}
    assert signed_in(people.township_b).get(f"/api/overlays/{own.pk}").status_code == 404
    with pytest.raises(NotFound):
        discard(people.township_a, run.pk)


def test_what_cannot_be_asked_for_is_refused(people: Any, layers: Any) -> None:
    dltb = layers["dltb"].pk
    with pytest.raises(Refused, match="1 至 20"):
        start(people.clerk, Wanted("layer", dltb, [], TODAY))
    with pytest.raises(Refused, match="只能选一次"):
        start(people.clerk, Wanted("layer", dltb, [dltb, dltb], TODAY))
    with pytest.raises(Refused, match="最远距离"):
        start(people.clerk, Wanted("layer", dltb, [dltb], TODAY, near=dltb))
    with pytest.raises(NotFound):
        start(people.clerk, Wanted("layer", dltb + 999, [dltb], TODAY))
    with pytest.raises(Forbidden):
        start(people.auditor, Wanted("layer", dltb, [dltb], TODAY))


def test_a_discarded_run_is_gone_with_its_rows(people: Any, run: Run, run_jobs: Any) -> None:
    discard(people.clerk, run.pk)
    assert not Run.objects.visible_to(people.clerk).exists()
    run_jobs()
    for model in (Run, Part, Plot):
        assert not model._default_manager.exists()


def test_the_ledger_sums_what_the_page_says(people: Any, run: Run, signed_in: SignedIn) -> None:
    clerk = signed_in(people.clerk)
    page = clerk.get(f"/api/overlays/{run.pk}").json()
    for layer in page["sums"]:
        for line in layer["categories"]:
            query = {
                "run": run.pk,
                "run_layer": layer["id"],
                "category__is": line["category"] or "图层以外",
            }
            found = clerk.get("/api/ledgers/overlays.parts/rows", query).json()
            assert Decimal(str(found["sums"]["m2"])) == Decimal(str(line["m2"])), (layer, line)
