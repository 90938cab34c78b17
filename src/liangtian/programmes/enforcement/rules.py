"""Rules of the programme that need no database: what a judgement must say, what is odd about a photo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from liangtian.platform.errors import Refused
from liangtian.platform.packs.services import pack_named
from liangtian.platform.reasons import reason_given
from liangtian.policy.legality import LegalityProposal
from liangtian.policy.pack import Pack

PACK = "county-enforcement-2022"
FLAG_LABELS = {
    "non_agricultural": "非农化",
    "new_house_on_farmland": "新增乱占耕地建房",
    "key_patch": "重点图斑",
    "pbf_touched": "涉及永久基本农田",
}
BUILDING = "建构筑物"  # name of the type (图斑类型) in the pack; its code differs from producer to producer

RURAL_ROAD = "rural_road"  # id of that ground (依据) in the pack


def pack_in_use() -> Pack:
    """The pack patches are judged by, with the county's own file over it where there is one.

    Refused when that file cannot be used: a county that has values of its own is not judged without them.
    """
    return pack_named(PACK)


def pack_title(pack: Pack, county: str) -> str:
    """Name of a pack as shown, saying so where a county's own values were laid over it."""
    return f"{pack.title}（含本县参数：{county}）" if county else pack.title


def type_label(pack: Pack, code: str) -> str:
    """Name of a patch type code; the code itself when the pack does not know it."""
    types = pack.legality.type if pack.legality else []
    return next((t.label for t in types if t.code == code), code)


def suspected_building(pack: Pack, code: str) -> bool:
    """Whether the type code says that something was built (新增建构筑物)."""
    return BUILDING in type_label(pack, code)


def is_rural_road(pack: Pack, code: str) -> bool:
    """Whether the type code is the one of rural roads: the type and the ground are named alike."""
    sources = pack.legality.source if pack.legality else []
    labels = {source.label for source in sources if source.id == RURAL_ROAD}
    return type_label(pack, code) in labels


def raised_flags(proposal: LegalityProposal) -> list[str]:
    """Codes of the flags a proposal raises, in the order of their labels."""
    return [code for code in FLAG_LABELS if getattr(proposal.flags, code)]


def check_judgement(
    outcome: str, reason: str, proposed: str, choices: dict[str, str]
) -> tuple[bool, str]:
    """Whether the judgement departs from the proposal, and its reason.

    Raises Refused for an outcome that is no conclusion, or a departure without a reason.
    """
    if outcome not in choices:
        allowed = "、".join(choices.values())
        raise Refused(
            f"判定结论不能为“{outcome or '空'}”，请选择：{allowed}。"
            "存疑的图斑须核实后再判；只有按批准范围分割过的图斑才能判为部分合法。",
            fields={"outcome": f"请选择：{allowed}"},
        )
    if outcome == proposed:
        return False, reason.strip()
    return True, reason_given(reason, "判定结论与拟判定不同，")


def photo_flags(
    *,
    position_known: bool,
    distance_m: float | None,
    farthest_m: Decimal,
    taken_at: datetime | None,
    not_before: date | None,
    azimuth_known: bool,
    magnetic: bool,
) -> list[str]:
    """What is doubtful about a photo as evidence, in Chinese; empty when nothing is."""
    flags = []
    if not position_known:
        flags.append("照片没有定位信息")
    elif distance_m is not None and Decimal(distance_m) > farthest_m:
        flags.append(f"距图斑 {distance_m:.0f} 米，超过 {farthest_m.normalize():f} 米")
    if taken_at is None:
        flags.append("照片没有拍摄时间")
    elif not_before is not None and taken_at.date() < not_before:
        flags.append(f"拍摄于 {taken_at:%Y-%m-%d}，早于后时相 {not_before}")
    if not azimuth_known:
        flags.append("照片没有拍摄方向")
    elif magnetic:
        flags.append("拍摄方向为磁方位角，未改正磁偏角")
    return flags


DIRECTIONS = {
    "北": 0, "东北": 45, "东": 90, "东南": 135, "南": 180, "西南": 225, "西": 270, "西北": 315,
}  # fmt: skip
_HALF_SECTOR = 45  # degrees either side; neighbouring quarters meet


def photos_lacking(
    azimuths: Sequence[float | None], fewest: int, directions: Sequence[str]
) -> list[str]:
    """What is missing of the photos asked for (Chinese): their number, directions nobody looked in."""
    found = []
    if len(azimuths) < fewest:
        found.append(f"现有照片 {len(azimuths)} 张，要求至少 {fewest} 张")
    known = [azimuth for azimuth in azimuths if azimuth is not None]
    bare = [name for name in directions if name in DIRECTIONS and not _looked(known, name)]
    if bare:
        found.append(f"缺少朝{'、'.join(bare)}方向的照片")
    return found


def _looked(azimuths: Sequence[float], name: str) -> bool:
    turn = [abs((azimuth - DIRECTIONS[name] + 180) % 360 - 180) for azimuth in azimuths]
    return any(one <= _HALF_SECTOR for one in turn)
