from decimal import Decimal

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from liangtian.geo.formats import FormatRefused
from liangtian.geo.formats.boundary_txt import BoundaryBlock, read_txt
from liangtian.geo.formats.boundary_write import write_txt
from liangtian.geo.gauss import Zone
from tests.formats.boundary_files import EAST, NORTH

ZONE = Zone(3, 38, True)
WORDS = st.text("示例地块甲乙丙ABC012,-()", max_size=12).filter(lambda w: w == w.strip(","))


def written(*blocks: BoundaryBlock, zone: Zone = ZONE, encoding: str = "GBK") -> bytes:
    return write_txt(blocks, zone, producer="示例县", date="2026-1-1", encoding=encoding)


def ring(x: int, y: int, width: int, height: int) -> list[tuple[float, float]]:
    """A rectangle from millimetres, exact to 0.001 m."""
    return [
        (round(EAST + a / 1000, 3), round(NORTH + b / 1000, 3))
        for a, b in ((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))
    ]


@st.composite
def plots(draw: st.DrawFn) -> BoundaryBlock:
    """A plot of one to three parts side by side, some with a hole that touches nothing."""
    parts = []
    for index in range(draw(st.integers(1, 3))):
        width, height = draw(st.integers(3_000, 90_000)), draw(st.integers(3_000, 90_000))
        left, low = index * 100_000 + draw(st.integers(0, 9_000)), draw(st.integers(0, 9_000))
        holes = []
        if draw(st.booleans()):
            holes = [ring(left + 1_000, low + 1_000, width - 2_000, height - 2_000)]
        parts.append(Polygon(ring(left, low, width, height), holes))
    return BoundaryBlock(
        number=draw(st.text("DK0123456789-", min_size=1, max_size=10)),
        name=draw(WORDS),
        geometry=parts[0] if len(parts) == 1 else MultiPolygon(parts),
        sheet=draw(st.sampled_from(["", "H49G001002"])),
        use=draw(st.sampled_from(["", "旱地", "建设用地"])),
        code=draw(st.sampled_from(["", "0103"])),
        declared_area_m2=draw(st.none() | st.integers(1, 10**7).map(Decimal)),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(plots(), min_size=1, max_size=3), st.sampled_from(["GBK", "UTF-8"]))
def test_what_is_written_reads_back_equal(blocks: list[BoundaryBlock], encoding: str) -> None:
    held = read_txt(written(*blocks, encoding=encoding))
    assert held.zone == ZONE
    assert len(held.blocks) == len(blocks)
    for before, after in zip(blocks, held.blocks, strict=True):
        assert shapely.equals_identical(before.geometry, after.geometry)
        for name in ("number", "name", "sheet", "use", "code", "extras", "declared_area_m2"):
            assert getattr(before, name) == getattr(after, name)


def test_coordinates_have_three_decimals_and_areas_four() -> None:
    plot = Polygon([(EAST, NORTH), (EAST + 10.00049, NORTH), (EAST, NORTH + 10)])
    text = written(BoundaryBlock("1", "示例", plot, declared_area_m2=Decimal("50.49"))).decode(
        "gbk"
    )
    assert "4,0.0050,1,示例,面,,,,@" in text
    assert f"J2,1,{NORTH}.000,{EAST + 10}.000" in text
    assert text.splitlines()[-1].startswith("J1,1,")
    assert "精度=0.001" in text


def test_point_names_run_on_through_the_rings() -> None:
    plot = Polygon(ring(0, 0, 9000, 9000), [ring(1000, 1000, 2000, 2000)])
    names = [
        line.split(",")[0]
        for line in written(BoundaryBlock("1", "示例", plot)).decode("gbk").splitlines()
        if line.startswith("J")
    ]
    assert names == ["J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5"]


def test_coordinates_of_another_zone_are_refused() -> None:
    plot = BoundaryBlock("1", "示例", Polygon(ring(0, 0, 9000, 9000)))
    with pytest.raises(FormatRefused, match="39"):
        written(plot, zone=Zone(3, 39, True))
    with pytest.raises(FormatRefused, match="不带带号"):
        written(plot, zone=Zone(3, 38, False))


def test_a_number_with_a_comma_is_refused_because_it_would_not_read_back() -> None:
    with pytest.raises(FormatRefused, match="读不回原样"):
        written(BoundaryBlock("1,2", "示例", Polygon(ring(0, 0, 9000, 9000))))


def test_a_character_outside_gbk_is_refused_and_utf8_takes_it() -> None:
    plot = BoundaryBlock("1", "𬭩地", Polygon(ring(0, 0, 9000, 9000)))
    with pytest.raises(FormatRefused, match="𬭩"):
        written(plot)
    assert read_txt(written(plot, encoding="UTF-8")).blocks[0].name == "𬭩地"


def test_a_plot_thinner_than_the_precision_is_refused() -> None:
    thin = Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST + 10, NORTH + 0.0002)])
    with pytest.raises(FormatRefused, match="不成面"):
        written(BoundaryBlock("1", "示例", thin))


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FormatRefused, match="50"):
        written(BoundaryBlock("1", "示例", Polygon(ring(0, 0, 9000, 9000))), zone=Zone(3, 50, True))


def test_an_area_that_could_be_misread_carries_its_unit() -> None:
    plot = Polygon(ring(0, 0, 10_000, 10_000))
    block = BoundaryBlock("1", "示例", plot, declared_area_m2=Decimal(1500))
    assert "5,0.1500公顷,1," in written(block).decode("gbk")
    assert read_txt(written(block)).blocks[0].declared_area_m2 == Decimal(1500)
