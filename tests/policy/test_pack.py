"""Loading packs: what is found, what is refused and how it is said, a county's own values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.pack import Pack, load_pack, parse_pack
from liangtian.policy.pack_errors import NotInForce, PackRefused, UnknownKey, UnknownPack, WrongType

_DAY = date(2022, 7, 1)
_HEAD = """
[pack]
id = "sample"
name = "示例包"
jurisdiction = "示例县"
document = "plan"
valid_from = 2022-01-01
valid_to = 2022-12-31
[[document]]
id = "plan"
title = "示例方案"
number = "示发〔2022〕1号"
"""
_VALUE = """
[[values."sample.limit"]]
type = "decimal"
amount = "10"
unit = "亩"
label = "示例限值"
clause = "一.(一)"
"""


def _parse(text: str, own: str | None = None) -> Pack:
    extra = None if own is None else own.encode()
    return parse_pack("sample.toml", text.encode(), "county.toml" if own else "", extra)


def _own(tmp_path: Path, text: str, pack: str = "county-enforcement-2022") -> Path:
    path = tmp_path / "county.toml"
    path.write_text(f'[override]\npack = "{pack}"\ncounty = "示例县"\n{text}', encoding="utf-8")
    return path


_KEY_PATCH = """
[[values."enforcement.key_patch_farmland_mu"]]
type = "decimal"
amount = "{amount}"
unit = "亩"
label = "重点图斑耕地面积（以上）"
clause = "县会议纪要"
{period}
"""


def test_a_value_carries_its_unit_and_clause() -> None:
    value = load_pack("county-enforcement-2022").value("enforcement.key_patch_farmland_mu", _DAY)
    assert value.decimal == Decimal("50")
    assert value.unit == "亩"
    assert str(value.clause) == "《XX县2022年自然资源卫片执法工作实施方案》二.(八)"
    assert value.confidence is None
    assert not value.local


def test_each_type_is_read_as_declared() -> None:
    pack = load_pack("county-enforcement-2022")
    assert pack.value("enforcement.month_check_day", _DAY).integer == 15
    assert pack.value("enforcement.military_separate", _DAY).flag is True
    assert pack.value("enforcement.half_year_due", _DAY).text == "06-30"
    assert pack.value("enforcement.escalation", _DAY).items[0] == "通报提醒"
    korla = load_pack("korla-2024")
    assert korla.value("holdings.first_results_due", _DAY).day == date(2024, 3, 31)
    assert korla.value("holdings.notice_days", _DAY).decimal == Decimal(15)


def test_a_value_read_as_another_type_is_refused_by_name() -> None:
    value = load_pack("korla-2024").value("holdings.first_results_due", _DAY)
    with pytest.raises(WrongType, match=r"holdings\.first_results_due（初步成果完成日）应为整数"):
        _ = value.integer
    flag = load_pack("korla-2024").value("fees.full_recovery", _DAY)
    with pytest.raises(WrongType):
        _ = flag.integer


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownKey, match=r"enforcement\.key_patch_farmland_mu？"):
        load_pack("county-enforcement-2022").value("enforcement.key_patch_farm_mu", _DAY)


def test_an_unknown_pack_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownPack, match="wuzhou-2022"):
        load_pack("../packs/wuzhou-2022")


def test_a_value_changes_on_its_day() -> None:
    pack = load_pack("wuzhou-2022")
    key = "abandonment.target_percent"
    assert pack.value(key, date(2022, 12, 31)).decimal == 40
    assert pack.value(key, date(2023, 1, 1)).decimal == 100


def test_a_date_before_the_pack_has_no_value() -> None:
    with pytest.raises(NotInForce, match="2023-06-28 没有生效的取值"):
        load_pack("shandong-county-offset-2023").value("offset.min_patch_m2", date(2023, 6, 28))


def test_a_pack_past_its_end_still_computes_and_says_so() -> None:
    pack = load_pack("shandong-county-offset-2023")
    last = date(2026, 6, 28)
    assert not pack.expired(last)
    assert pack.warnings(last) == ()
    after = date(2026, 6, 29)
    assert pack.expired(after)
    (warning,) = pack.warnings(after)
    assert "有效期至 2026-06-28" in warning
    assert pack.value("offset.min_patch_m2", after).decimal == 400


def test_a_pack_not_yet_in_force_says_so() -> None:
    (warning,) = load_pack("shandong-county-offset-2023").warnings(date(2023, 6, 28))
    assert "原政策" in warning


def test_a_pack_without_an_end_never_expires() -> None:
    assert not load_pack("wuzhou-2022").expired(date(2090, 1, 1))


def test_the_countys_value_lies_over_the_packs(tmp_path: Path) -> None:
    path = _own(tmp_path, _KEY_PATCH.format(amount="40.5", period=""))
    pack = load_pack("county-enforcement-2022", path)
    value = pack.value("enforcement.key_patch_farmland_mu", _DAY)
    assert (value.decimal, value.local, value.clause.article) == (
        Decimal("40.5"),
        True,
        "县会议纪要",
    )
    assert pack.county == "示例县"
    assert pack.value("enforcement.month_check_day", _DAY).integer == 15


def test_outside_the_countys_period_the_pack_decides(tmp_path: Path) -> None:
    period = "from = 2022-06-01\nto = 2022-06-30"
    path = _own(tmp_path, _KEY_PATCH.format(amount="40", period=period))
    pack = load_pack("county-enforcement-2022", path)
    on = [date(2022, 5, 31), date(2022, 6, 1), date(2022, 6, 30), date(2022, 7, 1)]
    key = "enforcement.key_patch_farmland_mu"
    assert [int(pack.value(key, d).decimal) for d in on] == [50, 40, 40, 50]


def test_the_county_can_settle_the_dates_of_a_draft(tmp_path: Path) -> None:
    path = _own(tmp_path, "valid_from = 2024-02-01\nvalid_to = 2029-01-31\n", "korla-2024")
    pack = load_pack("korla-2024", path)
    assert pack.expired(date(2029, 2, 1))
    assert not pack.expired(date(2029, 1, 31))


def test_an_edited_override_takes_effect_and_changes_the_version(tmp_path: Path) -> None:
    name, key = "county-enforcement-2022", "enforcement.key_patch_farmland_mu"
    first = load_pack(name, _own(tmp_path, _KEY_PATCH.format(amount="40", period="")))
    second = load_pack(name, _own(tmp_path, _KEY_PATCH.format(amount="30", period="")))
    assert [pack.value(key, _DAY).decimal for pack in (first, second)] == [40, 30]
    assert len({first.version, second.version, load_pack(name).version}) == 3


def test_the_same_bytes_are_parsed_once() -> None:
    assert load_pack("wuzhou-2022") is load_pack("wuzhou-2022")


def test_an_override_of_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path) -> None:
    text = _KEY_PATCH.format(amount="40", period="").replace("key_patch", "keypatch")
    with pytest.raises(PackRefused, match=r"没有参数.*是否应为 enforcement\.key_patch_farmland_mu"):
        load_pack("county-enforcement-2022", _own(tmp_path, text))


def test_an_override_in_another_unit_is_refused(tmp_path: Path) -> None:
    text = _KEY_PATCH.format(amount="40", period="").replace('"亩"', '"公顷"')
    with pytest.raises(PackRefused, match="unit=亩"):
        load_pack("county-enforcement-2022", _own(tmp_path, text))


def test_an_override_for_another_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="不能用于 wuzhou-2022"):
        load_pack("wuzhou-2022", _own(tmp_path, ""))


def test_a_missing_override_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="读不到本县参数文件"):
        load_pack("wuzhou-2022", tmp_path / "none.toml")


def _changed(old: str, new: str) -> str:
    assert old in _VALUE
    return _HEAD + _VALUE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_changed('amount = "10"', "amount = 10"), "amount 应为带引号的十进制数"),
        (_changed('amount = "10"', "amount = 0.1"), "sample.limit.*amount"),
        (_changed('amount = "10"', 'amount = "十"'), "不是数"),
        (_changed('amount = "10"', 'amount = "NaN"'), "不是有限的数"),
        (_changed('unit = "亩"', ""), "必须写明 unit"),
        (_changed('label = "示例限值"', ""), "label：缺少这一项"),
        (_changed("clause", "claus"), "clause：缺少这一项.*claus：不认识的项"),
        (_changed('type = "decimal"', 'type = "number"'), "sample.limit.*type"),
        (_changed('clause = "一.(一)"', 'clause = "一"\ndocument = "x"'), "未列出的文件 x"),
        (_changed('unit = "亩"', 'unit = "亩"\nfrom = 2022-05-01\nto = 2022-04-30'), "晚于 to"),
        (_changed('unit = "亩"', 'unit = "亩"\nfrom = "2022-05-01"'), "应为日期"),
        (_HEAD + _VALUE + _VALUE, "sample.limit 的时段重叠"),
        (_HEAD + '[values]\n"sample.limit" = []\n', "没有取值"),
        (_HEAD.replace('"plan"', '"lost"', 1) + _VALUE, "未列出的文件 lost"),
        (_HEAD + _VALUE + "[extra]\n", "extra：不认识的项"),
        (_HEAD + "[values\n", "不是合法的 TOML"),
    ],
)
def test_a_malformed_pack_is_refused_with_file_and_place(text: str, said: str) -> None:
    with pytest.raises(PackRefused, match=said) as caught:
        _parse(text)
    assert "sample.toml" in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(PackRefused, match="UTF-8"):
        parse_pack("sample.toml", (_HEAD + _VALUE).encode("gb18030"))


def test_touching_periods_are_not_an_overlap() -> None:
    first = _VALUE + "to = 2022-06-30\n"
    second = _VALUE.replace('"10"', '"20"') + "from = 2022-07-01\n"
    pack = _parse(_HEAD + second + first)
    assert pack.value("sample.limit", date(2022, 6, 30)).decimal == 10
    assert pack.value("sample.limit", date(2022, 7, 1)).decimal == 20
    with pytest.raises(PackRefused, match="时段重叠"):
        _parse(_HEAD + second + first.replace("06-30", "07-01"))


_LAST_ROW = """
[[legality.row]]
id = "L16"
when = []"""
_TABLE_DAMAGE = [
    (_LAST_ROW, '\n[[legality.row]]\nid = "L16"\nwhen = [{ fact = "is_remainder", is = true }]',
     "最后一行必须没有条件"),
    ('fact = "overlap_doubt_m2"', 'fact = "owner"', "row.*fact"),
    ('above = "enforcement.sliver_m2"', 'above = "enforcement.sliver_mm"', "不存在的参数"),
    ('above = "enforcement.sliver_m2"', 'above = "enforcement.share_tolerance_on"',
     "share_tolerance_on 应为 type=decimal"),
    ('fact = "change_date_known", is = false', 'fact = "change_date_known", positive = true',
     "须且只须写其中一种比较：is$"),
    ("{overlap_doubt_m2}", "{overlap}", "不认识的词"),
    ('subclass = "stock"', 'subclass = "stok"', "子类"),
    ('id = "L02"', 'id = "L01"', "row 重复：L01"),
    ('undetermined = "存疑"\n', "", "缺少文字"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), _TABLE_DAMAGE)
def test_a_damaged_decision_table_is_refused(old: str, new: str, said: str) -> None:
    from importlib.resources import files

    name = "county-enforcement-2022.toml"
    text = files("liangtian.policy").joinpath("packs", name).read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(PackRefused, match=said):
        parse_pack(name, text.replace(old, new, 1).encode())


@settings(max_examples=60)
@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
    )
)
def test_an_amount_is_kept_to_the_last_digit(amount: Decimal) -> None:
    pack = _parse(_HEAD + _VALUE.replace('"10"', f'"{amount}"'))
    assert str(pack.value("sample.limit", _DAY).decimal) == str(amount)
