"""Coordinate systems: what is declared, what the numbers say, and refusal where they disagree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from pyproj import CRS

from liangtian.geo.crs import (
    CrsRefused,
    Resolved,
    require_holdable,
    resolve_crs,
    swap_axes,
    to_4490,
    zone_of,
)
from liangtian.geo.gauss import ZONES, Zone

DEGREES = (114.1, 34.2, 114.3, 34.4)
PLAIN = (480_000.0, 3_780_000.0, 520_000.0, 3_820_000.0)
IN_38 = (38_480_000.0, 3_780_000.0, 38_520_000.0, 3_820_000.0)
IN_39 = (39_480_000.0, 3_780_000.0, 39_520_000.0, 3_820_000.0)
IN_38_AND_39 = (38_600_000.0, 3_780_000.0, 39_400_000.0, 3_820_000.0)


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def prj(name: str, datum: str = "D_China_2000", rf: float = 298.257222101, **changed: float) -> CRS:
    value = {"east": 500000.0, "meridian": 114.0, "scale": 1.0, "unit": 1.0, "a": 6378137.0}
    value.update(changed)
    return CRS.from_wkt(
        f'PROJCS["{name}",GEOGCS["GCS",DATUM["{datum}",SPHEROID["S",{value["a"]},{rf}]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{value["east"]}],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{value["meridian"]}],'
        f'PARAMETER["Scale_Factor",{value["scale"]}],PARAMETER["Latitude_Of_Origin",0.0],'
        f'UNIT["Unit",{value["unit"]}]]'
    )


def refusal(declared: CRS | None, bounds: tuple[float, float, float, float]) -> str:
    with pytest.raises(CrsRefused) as caught:
        resolve_crs(declared, bounds)
    return str(caught.value)


@pytest.mark.parametrize("zone", ZONES.values(), ids=lambda zone: str(zone.epsg))
def test_each_zone_is_what_epsg_says(zone: Zone) -> None:
    crs = CRS.from_epsg(zone.epsg)
    assert crs.coordinate_operation is not None
    value: dict[str, Any] = {p.name: p.value for p in crs.coordinate_operation.params}
    assert value["Longitude of natural origin"] == zone.central_meridian
    assert value["False easting"] == 500_000 + (zone.number * 1e6 if zone.prefixed else 0)
    assert zone_of(crs) == zone


def test_there_are_sixty_four_zones() -> None:
    assert sorted(ZONES) == list(range(4491, 4555))


@pytest.mark.parametrize(
    ("epsg", "bounds", "zone", "prefixed"),
    [
        (4490, DEGREES, None, False),
        (4326, DEGREES, None, False),
        (3857, (12_700_000.0, 4_050_000.0, 12_720_000.0, 4_060_000.0), None, False),
        (4526, IN_38, 38, True),
        (4547, PLAIN, 38, False),
        (4497, (19_480_000.0, 3_780_000.0, 19_520_000.0, 3_820_000.0), 19, True),
        (4508, PLAIN, 19, False),
    ],
)
def test_agreeing_systems_are_taken_without_a_word(
    epsg: int, bounds: tuple[float, float, float, float], zone: int | None, prefixed: bool
) -> None:
    found = resolve_crs(CRS.from_epsg(epsg), bounds)
    assert (found.epsg, found.zone, found.prefixed, found.note) == (epsg, zone, prefixed, "")
    require_holdable(found)


@pytest.mark.parametrize(
    ("crs", "epsg"),
    [
        (prj("CGCS2000_3_Degree_GK_CM_114E"), 4547),
        (prj("某县坐标", "D_unknown"), 4547),
        (prj("x", "D_CGCS_2000", east=38500000.0), 4526),
        (prj("Custom", "D_CGCS2000", east=19500000.0, meridian=111.0), 4497),
        (CRS.from_proj4("+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +ellps=GRS80 +units=m"), 4547),
    ],
)
def test_an_odd_name_is_identified_by_its_parameters(crs: CRS, epsg: int) -> None:
    bounds = {4547: PLAIN, 4526: IN_38}.get(
        epsg, (19_480_000.0, 3_780_000.0, 19_520_000.0, 3_820_000.0)
    )
    found = resolve_crs(crs, bounds)
    assert found.epsg == epsg
    assert found.note == "" or crs.name in found.note


def test_a_compound_system_is_taken_by_its_horizontal_part() -> None:
    compound = CRS.from_user_input("EPSG:4526+5737")
    assert resolve_crs(compound, IN_38).epsg == 4526


@pytest.mark.parametrize(
    "crs",
    [
        prj("km", east=500.0, unit=1000.0),
        prj("local", meridian=115.5),
        prj("scaled", scale=0.9996),
        prj("wgs", "D_WGS_1984", rf=298.257223563),
    ],
)
def test_nearly_a_zone_is_not_a_zone(crs: CRS) -> None:
    found = resolve_crs(crs, PLAIN)
    assert found.epsg not in ZONES
    with pytest.raises(CrsRefused, match="不能入库"):
        require_holdable(found)


def test_a_wrong_prefix_names_both_zones() -> None:
    text = refusal(CRS.from_epsg(4526), IN_39)
    assert "带号38" in text
    assert "带号是39" in text
    assert "EPSG:4526" in text
    assert "39480000.00" in text


@pytest.mark.parametrize(
    ("epsg", "bounds", "words"),
    [
        (4547, IN_38, ["EPSG:4547", "带有带号38"]),
        (4526, PLAIN, ["EPSG:4526", "不带带号"]),
        (4526, DEGREES, ["EPSG:4526", "经纬度"]),
        (4490, IN_38, ["EPSG:4490", "带号38"]),
        (4490, PLAIN, ["EPSG:4490", "6位东坐标"]),
        (3857, DEGREES, ["EPSG:3857", "经纬度"]),
        (3857, IN_38, ["EPSG:3857", "带号38"]),
        (4526, (38_480_000.0, 3_780_000.0, 40_520_000.0, 3_820_000.0), ["带号38", "38至40"]),
        (4547, (0.0, 0.0, 10.0, 10.0), ["EPSG:4547", "不在中国"]),
    ],
)
def test_a_contradiction_is_refused_with_both_values(
    epsg: int, bounds: tuple[float, float, float, float], words: list[str]
) -> None:
    text = refusal(CRS.from_epsg(epsg), bounds)
    for word in words:
        assert word in text


@pytest.mark.parametrize("declared", [None, 4526, 4547, 4490])
@pytest.mark.parametrize("bounds", [DEGREES, PLAIN, IN_38])
def test_swapped_axes_are_refused_with_what_to_do(
    declared: int | None, bounds: tuple[float, float, float, float]
) -> None:
    turned = (bounds[1], bounds[0], bounds[3], bounds[2])
    text = refusal(CRS.from_epsg(declared) if declared else None, turned)
    assert "坐标轴颠倒" in text
    assert "交换" in text


def test_a_foreign_system_with_large_eastings_is_not_taken_for_swapped() -> None:
    feet = CRS.from_epsg(2263)
    assert resolve_crs(feet, (2_000_000.0, 700_000.0, 2_001_000.0, 701_000.0)).epsg == 2263


def test_a_northing_first_source_is_taken_when_the_caller_says_so() -> None:
    turned = (IN_38[1], IN_38[0], IN_38[3], IN_38[2])
    found = resolve_crs(CRS.from_epsg(4526), turned, axis_hint="ne")
    assert found.zone == 38
    assert "已交换" in found.note
    point = swap_axes(array(shapely.Point(3_800_000, 38_500_000), None))
    assert point[0] == shapely.Point(38_500_000, 3_800_000)
    assert point[1] is None


def test_without_a_declaration_a_three_degree_prefix_decides_and_says_so() -> None:
    found = resolve_crs(None, IN_38)
    assert (found.epsg, found.zone, found.prefixed) == (4526, 38, True)
    assert "没有声明坐标系" in found.note
    assert "第38带" in found.note


def test_without_a_declaration_degrees_in_china_decide_and_say_so() -> None:
    found = resolve_crs(None, DEGREES)
    assert found.epsg == 4490
    assert "EPSG:4490" in found.note


def test_without_a_declaration_six_digits_are_refused() -> None:
    assert "带号未知" in refusal(None, PLAIN)


@pytest.mark.parametrize(
    "bounds",
    [
        (13_480_000.0, 3_780_000.0, 13_520_000.0, 3_820_000.0),
        (19_480_000.0, 3_780_000.0, 19_520_000.0, 3_820_000.0),
        (5.0, 52.0, 6.0, 53.0),
        (38_480_000.0, 3_780_000.0, 41_520_000.0, 3_820_000.0),
    ],
)
def test_without_a_declaration_two_readings_are_refused(
    bounds: tuple[float, float, float, float],
) -> None:
    assert "不能唯一确定" in refusal(None, bounds)


def test_no_coordinates_at_all_are_refused() -> None:
    nothing = (float("nan"),) * 4
    assert "没有有效坐标" in refusal(CRS.from_epsg(4490), nothing)


@pytest.mark.parametrize("declared", [None, 4526, 4527])
def test_a_layer_across_two_zones_is_resolved_per_feature(declared: int | None) -> None:
    found = resolve_crs(CRS.from_epsg(declared) if declared else None, IN_38_AND_39)
    assert found.zones == (38, 39)
    assert "第38、39两个带" in found.note
    west, east = shapely.Point(38_630_000, 3_800_000), shapely.Point(39_370_000, 3_800_000)
    there = to_4490(array(west, None, east), found.crs)
    assert there[1] is None
    for point, zone in ((there[0], 4526), (there[2], 4527)):
        source = west if zone == 4526 else east
        turn = pyproj.Transformer.from_crs(zone, 4490, always_xy=True)
        assert shapely.get_coordinates(point)[0] == pytest.approx(
            turn.transform(source.x, source.y), abs=2e-9
        )


def test_one_figure_with_two_prefixes_is_refused() -> None:
    figure = shapely.box(38_620_000, 3_800_000, 39_380_000, 3_800_100)
    with pytest.raises(CrsRefused, match="第2个图形"):
        to_4490(array(shapely.Point(38_500_000, 3_800_000), figure), 4526)


@pytest.mark.parametrize("epsg", [28992, 31983, 32643])
def test_a_foreign_system_is_refused_by_name_and_code(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    found = resolve_crs(crs, (155_000.0, 463_000.0, 156_000.0, 464_000.0))
    assert isinstance(found, Resolved)
    with pytest.raises(CrsRefused) as caught:
        require_holdable(found)
    assert f"EPSG:{epsg}" in str(caught.value)
    assert crs.name in str(caught.value)


@pytest.mark.parametrize("epsg", [2327, 2362, 2390, 2401, 2442, 21418, 4214, 4610])
def test_old_datums_are_refused_by_name(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    text = refusal(crs, IN_38)
    assert crs.name in text
    assert "基准转换" in text
    assert ("1954年北京" if "Beijing" in crs.name else "1980西安") in text
    with pytest.raises(CrsRefused, match="基准转换"):
        to_4490(array(shapely.Point(38_500_000, 3_800_000)), crs)


def test_an_old_ellipsoid_under_another_name_is_refused() -> None:
    disguised = prj("CGCS2000_3_Degree_GK_CM_114E", "D_Xian", rf=298.257, a=6378140.0)
    assert "1980西安坐标系" in refusal(disguised, PLAIN)


def test_a_local_system_without_ellipsoid_is_refused() -> None:
    local = CRS.from_wkt('LOCAL_CS["某矿区坐标",UNIT["metre",1]]')
    assert "地方独立坐标系" in refusal(local, PLAIN)


def test_degrees_outside_china_are_noted() -> None:
    found = resolve_crs(CRS.from_epsg(4326), (5.0, 60.0, 6.0, 61.0))
    assert "不在中国范围内" in found.note


@pytest.mark.parametrize("epsg", [4513, 4526, 4533, 4534, 4547, 4554, 4491, 4501, 4502, 4512])
@pytest.mark.parametrize("offset", [-390_000, -150_000, 0, 60_000, 150_000, 390_000])
def test_conversion_agrees_with_proj_to_a_fifth_of_a_millimetre(epsg: int, offset: float) -> None:
    zone = ZONES[epsg]
    east = 500_000 + offset + (zone.number * 1e6 if zone.prefixed else 0)
    north = np.linspace(1_990_000, 5_900_000, 20)
    points = shapely.points(np.column_stack([np.full(20, east), north]))
    found = shapely.get_coordinates(to_4490(points, epsg))
    turn = pyproj.Transformer.from_crs(epsg, 4490, always_xy=True)
    expected = np.column_stack(turn.transform(np.full(20, east), north))
    assert np.abs(found - expected).max() < 0.0002 / 111_000


def test_degrees_and_wgs84_pass_unchanged() -> None:
    box = array(shapely.box(*DEGREES))
    assert to_4490(box, 4490)[0] == box[0]
    assert to_4490(box, 4326)[0] == box[0]


def test_coordinates_proj_cannot_convert_are_refused() -> None:
    with pytest.raises(CrsRefused, match="第1个图形"):
        to_4490(array(shapely.Point(float("inf"), 1.0)), 32650)


@pytest.mark.parametrize(
    ("epsg", "bounds", "title"),
    [
        (4526, (38_440_000, 3_800_000, 38_450_000, 3_810_000),
         "CGCS2000 3度带第38带，中央经线114°E，带带号(EPSG:4526)"),
        (4490, (113.0, 34.0, 113.1, 34.1), "CGCS2000 经纬度(EPSG:4490)"),
    ],
)  # fmt: skip
def test_a_system_is_named_for_people_in_chinese(
    epsg: int, bounds: tuple[float, float, float, float], title: str
) -> None:
    assert resolve_crs(CRS.from_epsg(epsg), bounds).title == title
