"""A parcel is what it was on any day: registered, changed, frozen, divided and joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.programmes.holdings import crops, dividing, parcels, years
from liangtian.programmes.holdings.models import ContractLine, Parcel, ParcelVersion
from liangtian.programmes.holdings.pages import fetch_parcel, parcel_out
from tests.conftest import County, People, lonlat, plane_box
from tests.holdings.land import FORM, SPRING, contract, ground, parcel, person

SUMMER, AUTUMN = date(2024, 7, 1), date(2024, 10, 1)


def test_a_new_parcel_gets_code_village_unit_and_ellipsoidal_area(people: People) -> None:
    made = parcel(people.township_a, 1_000, 1_000)
    assert made.code == "9901211002010000001"[:14] + "00001"
    assert (made.region_id, made.unit.name) == ("990121100201", "柳塘镇")
    assert abs(made.area_m2 - 10_000) < 10  # the plane square of 100 m, on the ellipsoid
    assert parcels.area_mu(made) == (made.area_m2 * 15 / 10_000).quantize(Decimal("0.01"))
    entry = AuditEntry.objects.get(act="holdings.parcel.register")
    assert entry.target_label == made.code


def test_codes_count_on_and_are_never_used_again(people: People) -> None:
    first, second = parcel(people.clerk, 1_000, 0), parcel(people.clerk, 1_200, 0)
    assert int(second.code) == int(first.code) + 1
    with pytest.raises(Conflict, match="已被使用"):
        parcel(people.clerk, 1_400, 0, code=first.code)


def test_land_of_a_neighbour_or_of_another_township_is_refused(people: People) -> None:
    parcel(people.township_a, 1_000, 1_000)
    with pytest.raises(Refused, match=r"重叠，超过容差 1\.00 平方米"):
        parcel(people.township_a, 1_050, 1_000)
    parcel(people.township_a, 1_100, 1_000)  # a common border is none
    with pytest.raises(NotFound, match="管辖范围"):
        parcel(people.township_b, 5_000, 1_000)
    with pytest.raises(Forbidden):
        parcel(people.reviewer, 5_000, 1_000)


def test_what_is_not_in_the_code_lists_or_not_a_sound_figure_is_refused(people: People) -> None:
    with pytest.raises(Refused) as wrong:
        parcel(people.clerk, 0, 0, way="白种", reclaimed_year=1777, irrigation="喷灌")
    assert set(wrong.value.fields) == {"way", "reclaimed_year", "irrigation"}
    assert "无手续占用" in wrong.value.fields["way"]
    bowtie = shapely.Polygon([(111.4, 34.4), (111.5, 34.5), (111.5, 34.4), (111.4, 34.5)])
    with pytest.raises(Refused, match="图形无效"):
        parcels.register(people.clerk, FORM, bowtie, SPRING)
    with pytest.raises(Refused, match="晚于今天"):
        parcel(people.clerk, 0, 0, on=date(2100, 1, 1))


def test_a_changed_parcel_is_read_as_it_was_on_any_day(people: People) -> None:
    holder = person(people.clerk)
    first = parcel(people.clerk, 1_000, 1_000)
    parcels.change(
        people.clerk, first.parcel_id, replace(FORM, holder_id=holder.pk), SUMMER, "补录承包人"
    )
    wider = ground(1_000, 1_000, 120, 100)
    parcels.redraw(people.clerk, first.parcel_id, wider, AUTUMN, "实地核查界线有误")
    found = fetch_parcel(people.township_a, first.parcel_id)

    def on(day: date | None) -> tuple[float, bool]:
        page = parcel_out(people.township_a, found, day)
        return float(page["state"]["area_mu"]), page["state"]["holder"] is not None

    small, wide = float(parcels.area_mu(first)), on(None)[0]
    assert wide == pytest.approx(small * 1.2, rel=1e-3)
    assert on(date(2024, 6, 30)) == (small, False)
    assert on(SUMMER) == (small, True)
    assert on(AUTUMN) == (wide, True)
    with pytest.raises(NotFound, match="登记于 2024-03-01"):
        on(date(2024, 2, 29))
    kinds = [state["change_label"] for state in parcel_out(people.clerk, found)["states"]]
    assert kinds == ["界线调整", "权利人变更", "登记"]


def test_a_second_change_of_a_day_takes_the_place_of_the_first(people: People) -> None:
    made = parcel(people.clerk, 1_000, 1_000)
    for use in ("园地", "林地"):
        form = replace(FORM, actual_use=use)
        parcels.change(people.clerk, made.parcel_id, form, SUMMER, "核实实际用途")
    uses = list(made.parcel.versions.order_by("valid_from").values_list("actual_use", flat=True))
    assert uses == ["耕地", "林地"]
    with pytest.raises(Refused, match="没有需要变更"):
        parcels.change(people.clerk, made.parcel_id, form, AUTUMN, "核实实际用途")
    with pytest.raises(Refused, match="早于现状"):
        parcels.change(people.clerk, made.parcel_id, FORM, SPRING, "核实实际用途")


def test_the_database_keeps_the_past(people: People) -> None:
    made = parcel(people.clerk, 1_000, 1_000)
    parcels.change(people.clerk, made.parcel_id, replace(FORM, note="新"), SUMMER, "核实备注内容")
    old = ParcelVersion.objects.filter(pk=made.pk)
    for attempt in (
        lambda: old.update(note="改"),
        lambda: old.update(valid_to=None),
        old.delete,
        lambda: Parcel.objects.filter(pk=made.parcel_id).update(code="X"),
        lambda: ParcelVersion.objects.filter(parcel=made.parcel_id, valid_to=None).update(
            area_m2=0
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_frozen_year_stands(people: People, county: County) -> None:
    made = parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 2_000, 1_000, corps=True)
    year = years.freeze_year(people.clerk, 2024, date(2024, 12, 31))
    assert (year.parcels, year.area_m2, year.corps_parcels) == (1, made.area_m2, 1)
    with pytest.raises(Refused, match="2024-12-31 及以前的底册已冻结"):
        parcels.change(people.clerk, made.parcel_id, FORM, AUTUMN, "迟来的变更")
    with pytest.raises(Refused, match="已冻结"):
        parcel(people.clerk, 3_000, 1_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelVersion.objects.filter(pk=made.pk).update(note="改")
    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelVersion.objects.filter(pk=made.pk).update(valid_to=date(2024, 6, 1))
    after = date(2025, 1, 1)
    parcels.change(people.clerk, made.parcel_id, replace(FORM, note="新"), after, "新年度变更")
    assert years.figures(county.county.code, date(2024, 12, 31), corps=False)[0] == 1
    with pytest.raises(Conflict, match="已经冻结"):
        years.freeze_year(people.clerk, 2024, date(2025, 6, 1))
    with pytest.raises(Forbidden):
        years.freeze_year(people.township_a, 2025, date(2025, 12, 31))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.1, 0.9), slant=st.floats(-30, 30))
def test_pieces_sum_to_the_whole_and_know_where_they_came_from(
    people: People, share: float, slant: float
) -> None:
    with transaction.atomic():
        whole = parcel(people.clerk, 1_000, 1_000, size=(100, 70))
        x = 100 * share
        line = lonlat(_line(1_000 + x - slant / 10, 990, 1_000 + x + slant / 10, 1_080))
        pieces = dividing.split(people.clerk, whole.parcel_id, line, SUMMER, "两户分开承包")
        assert len(pieces) == 2
        assert sum(p.area_m2 for p in pieces) == whole.area_m2
        page = parcel_out(people.clerk, fetch_parcel(people.clerk, whole.parcel_id))
        assert page["gone"]
        assert [c["parcel_id"] for c in page["children"]] == [p.parcel_id for p in pieces]
        back = parcel_out(people.clerk, fetch_parcel(people.clerk, pieces[0].parcel_id))
        assert [p["code"] for p in back["parents"]] == [whole.code]
        again = dividing.merge(
            people.clerk, [p.parcel_id for p in pieces], AUTUMN, "恢复为一块承包"
        )
        assert again.area_m2 == whole.area_m2
        with pytest.raises(Conflict, match="已分割或合并"):
            parcels.change(people.clerk, whole.parcel_id, FORM, AUTUMN, "改原来的地块")
        transaction.set_rollback(True)


def test_a_line_that_does_not_cross_divides_nothing(people: People) -> None:
    whole = parcel(people.clerk, 1_000, 1_000)
    line = lonlat(_line(1_050, 990, 1_050, 1_050))
    with pytest.raises(Refused, match="没有把地块分开"):
        dividing.split(people.clerk, whole.parcel_id, line, SUMMER, "两户分开承包")
    assert whole.parcel.versions.get().valid_to is None


def test_only_neighbours_that_are_held_alike_are_joined(people: People) -> None:
    a, b, far = (parcel(people.clerk, x, 0) for x in (1_000, 1_100, 1_500))
    with pytest.raises(Refused, match="没有公共边"):
        dividing.merge(people.clerk, [a.parcel_id, far.parcel_id], SUMMER, "合并经营方便")
    form = replace(FORM, holder_id=person(people.clerk).pk)
    parcels.change(people.clerk, b.parcel_id, form, SUMMER, "补录承包人")
    with pytest.raises(Conflict, match="权利人不同"):
        dividing.merge(people.clerk, [a.parcel_id, b.parcel_id], AUTUMN, "合并经营方便")


def test_contracts_follow_the_pieces(people: People) -> None:
    holder = person(people.clerk)
    whole = parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    made = contract(people.clerk, whole, holder)
    line = lonlat(_line(1_030, 990, 1_030, 1_110))
    pieces = dividing.split(people.clerk, whole.parcel_id, line, SUMMER, "按承包人意愿分割")
    lines = {x.parcel_id: x for x in ContractLine.objects.filter(contract=made)}
    assert lines[whole.parcel_id].ends_on == date(2024, 6, 30)
    shares = [lines[p.parcel_id] for p in pieces]
    assert sum(s.area_mu for s in shares) == parcels.area_mu(whole)
    assert {(s.starts_on, s.ends_on) for s in shares} == {(SUMMER, date(2028, 12, 31))}


def test_crops_of_a_season_never_cover_more_than_the_parcel(people: People) -> None:
    made = parcel(people.clerk, 1_000, 1_000)
    whole = parcels.area_mu(made)
    sown = [crops.Sown("棉花", whole - 5), crops.Sown("玉米", Decimal("5.00"))]
    crops.save_crops(people.clerk, made.parcel_id, 2024, "春播", sown)
    with pytest.raises(Refused, match="大于地块面积"):
        crops.save_crops(
            people.clerk, made.parcel_id, 2024, "夏播", [crops.Sown("小麦", whole + 1)]
        )
    crops.save_crops(people.clerk, made.parcel_id, 2024, "春播", sown[:1])
    page = parcel_out(people.clerk, fetch_parcel(people.clerk, made.parcel_id))
    assert [(c["crop"], c["area_mu"]) for c in page["crops"]] == [("棉花", whole - 5)]


def _line(x0: float, y0: float, x1: float, y1: float) -> Any:
    box = plane_box(0, 0, 1, 1)
    west, south = box.bounds[:2]
    return shapely.LineString([(west + x0, south + y0), (west + x1, south + y1)])
