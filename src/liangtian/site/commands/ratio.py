"""`liangtian ratio FILE.csv --level county`: the accountability ratio of patches kept elsewhere."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liangtian.policy.accountability import Accountability, AssessedPatch

NAME = "ratio"
HELP = "按政策包计算违法占用耕地面积比例，逐个图斑说明如何计入"
PACK = "county-enforcement-2022"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "file", metavar="FILE.csv", type=Path, help="图斑清单(UTF-8 或 GB18030，第一行为列名)"
    )
    parser.add_argument("--level", required=True, choices=("county", "prefecture", "province"),
                        help="评估的级别：县、市、省")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--pack", default=PACK, metavar="NAME", help=f"政策包(默认 {PACK})")
    parser.add_argument("--settings", type=Path, metavar="TOML", help="本县参数文件")
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="按哪一天的规定(默认今天)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the ratio; 1 when the file or the pack is refused."""
    from liangtian.policy.accountability import assess, fewest_to_restore
    from liangtian.policy.accountability_file import FileRefused, read_patches
    from liangtian.policy.pack import load_pack
    from liangtian.policy.pack_errors import PackError

    on = args.on or date.today()
    try:
        pack = load_pack(args.pack, args.settings)
        patches = read_patches(args.file.read_bytes())
        result = assess(patches, args.level, pack, on)
        restore = fewest_to_restore(patches, args.level, pack, on)
    except OSError as problem:
        return _refused(f"读不到文件 {args.file}：{problem.strerror}")
    except PackError as problem:
        return _refused(str(problem))
    except FileRefused as refusal:
        return _refused(str(refusal), *(str(problem) for problem in refusal.problems))
    for warning in pack.warnings(on):
        print(f"提示：{warning}", file=sys.stderr)
    if args.json:
        print(json.dumps(_report(result, restore), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(result, restore)))
    return 0


def _refused(*lines: str) -> int:
    print("\n".join(("拒绝：" + lines[0], *lines[1:])), file=sys.stderr)
    return 1


def _number(amount: Decimal) -> float:
    return float(amount)


def _report(result: Accountability, restore: tuple[AssessedPatch, ...] | None) -> dict[str, Any]:
    """JSON numbers are for reading; what decides was computed in exact decimals before."""
    return {
        "level": result.level,
        "numerator_mu": _number(result.numerator_mu),
        "denominator_mu": _number(result.denominator_mu),
        "ratio": None if result.ratio is None else _number(result.ratio),
        "in_scope": result.in_scope,
        "threshold_mu": _number(result.threshold_mu),
        "share_percent": _number(result.share_percent),
        "reasons": [{"text": r.text, "clause": r.clause} for r in result.reasons],
        "fewest_to_restore": None if restore is None else [patch.id for patch in restore],
        "patches": [
            {
                "id": t.patch.id,
                "numerator_mu": _number(t.numerator_mu),
                "denominator_mu": _number(t.denominator_mu),
                "reasons": [{"text": r.text, "clause": r.clause} for r in t.reasons],
            }
            for t in result.treatments
        ],
        "pack": result.pack,
        "pack_version": result.pack_version,
        "on": result.on.isoformat(),
    }


def _lines(result: Accountability, restore: tuple[AssessedPatch, ...] | None) -> list[str]:
    lines = []
    for t in result.treatments:
        why = "；".join(f"{r.text}（{r.clause}）" for r in t.reasons)
        lines.append(f"{t.patch.id}  分子 {t.numerator_mu}  分母 {t.denominator_mu}  {why}")
    lines.append("")
    lines.append(
        f"分子 {result.numerator_mu} 亩，分母 {result.denominator_mu} 亩，共 {len(result.treatments)} 个图斑"
    )
    lines += [f"{r.text}（{r.clause}）" for r in result.reasons]
    lines.append("结论：属于问责范围" if result.in_scope else "结论：不属于问责范围")
    if restore:
        area = sum((patch.open_mu for patch in restore), Decimal(0))
        names = "、".join(patch.id for patch in restore)
        lines.append(f"至少拆除复耕 {len(restore)} 个图斑（{area} 亩）可退出问责范围，如：{names}")
    elif restore is None:
        lines.append("全部拆除复耕仍不能退出问责范围")
    return lines
