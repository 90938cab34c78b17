"""`liangtian overlay` by cells: in several processes of this machine, or on a Spark cluster."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liangtian.site.overlay_source import BLANK, Refused, Say, listed, read_source
from liangtian.site.overlay_stored import MARK, stored_files

if TYPE_CHECKING:
    from liangtian.geo.cells.runners import Runner

Rows = Iterator[tuple[str, str, Decimal]]
CELL_PLOTS = 20_000
_SUFFIXES = (".gdb", ".geojson", ".gpkg", ".json", ".kml", ".kmz", ".shp", ".txt", ".zip")


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of measuring by cells."""
    group = parser.add_argument_group(
        "分格计算",
        "大数据量(市、省)按空间分格，逐格计算；PLOTS 和 LAYER 可以是装有多个同类文件的文件夹",
    )
    group.add_argument(
        "--cells", metavar="DIR", type=Path,
        help="分格数据(GeoParquet)和结果的文件夹，中断后再次运行同一命令即继续(默认在结果文件旁)",
    )  # fmt: skip
    group.add_argument("--processes", metavar="N", type=int, help="在本机用 N 个进程分格计算")
    group.add_argument(
        "--cluster", metavar="URL",
        help="在 Spark 集群上分格计算，如 spark://host:7077；各台机器须以相同路径看到文件和 DIR",
    )  # fmt: skip
    group.add_argument(
        "--cell-plots",
        metavar="N",
        type=int,
        default=CELL_PLOTS,
        help="每格约多少个地块(默认 20000)",
    )


def wanted(args: argparse.Namespace) -> bool:
    """Whether the command line asks for cells."""
    stored = any(one.startswith(MARK) for one in (args.plots, args.layer))
    return bool(args.cells or args.processes or args.cluster or stored)


def measured_rows(args: argparse.Namespace, say: Say) -> Rows:
    """All rows (id, category, m²) in the order of the plots, after all totals were found right.

    Raises:
        Refused: an input, the cluster, or a result that is not whole; the message is Chinese.
    """
    if (args.processes or 1) < 1 or args.cell_plots < 1:
        raise Refused("--processes 和 --cell-plots 必须是正整数。")
    try:
        from liangtian.geo.cells.job import Job, measured, prepared
        from liangtian.geo.cells.parquet import Damaged
        from liangtian.geo.cells.runners import RunRefused
        from liangtian.geo.cells.totals import TotalsRefused, rows, verify
    except ImportError as error:
        raise Refused(
            f"分格计算缺少程序包({error.name})。请运行 pip install 'liangtian[cluster]'。"
        ) from error
    names = ("by", "plots_id", "plots_layer", "layer_name", "encoding", "repair")
    folder = args.cells or Path(args.out or args.plots.removeprefix(MARK)).with_suffix(".cells")
    plots, layer = (_given(one, args.user, folder, say) for one in (args.plots, args.layer))
    job = Job(
        folder.absolute(), _files(plots), _files(layer),
        {name: getattr(args, name) for name in names}, read_step, args.cell_plots,
    )  # fmt: skip
    try:
        with contextlib.ExitStack() as ending:
            runner = _runner(args)
            ending.callback(runner.stop)
            whole = prepared(job, runner, say)
            cells = measured(job, whole, runner, say)
        number, total = verify(job.folder, cells)
    except (Damaged, RunRefused, TotalsRefused) as refusal:
        raise Refused(str(refusal)) from refusal
    asked = sum(source["rows"] for source in whole["sources"])
    if number != asked:
        raise Refused(f"读入{asked}个地块，算出{number}个。请删除“{folder}”后重新运行。")
    say(
        f"核对通过：{len(cells)}个格，{number}个地块，各类别面积之和等于地块面积，合计{total:.2f}平方米。"
    )
    _tell_overlaps(job.folder, cells, say)
    return rows(job.folder, cells, whole["sources"])


def read_step(item: dict[str, Any]) -> dict[str, Any]:
    """Read one file of plots or of the layer for the cells, in whatever process; refusals are answers."""
    from liangtian.geo.cells.split import already_kept, keep
    from liangtian.geo.clean import GeometryRefused
    from liangtian.geo.crs import CrsRefused
    from liangtian.geo.formats import FormatRefused

    folder, plots, said = Path(item["folder"]), item["kind"] == "plots", list[str]()
    if (told := already_kept(folder, item["kind"], item["number"])) is not None:
        return told
    try:
        source = read_source(
            "地块" if plots else "图层", Path(item["path"]), said.append,
            layer=item["plots_layer"] if plots else item["layer_name"],
            encoding=item["encoding"], mend=item["repair"],
        )  # fmt: skip
        field = item["plots_id"] if plots else item["by"]
        texts = source.texts(field) if field else source.fids
    except (CrsRefused, FormatRefused, GeometryRefused, Refused) as refusal:
        return {"refused": str(refusal), "said": said, "rows": 0}
    if not plots and (blank := texts.count(BLANK)):
        said.append(f"{source.name}有{blank}个图形的类别为空，记为“{BLANK}”。")
    return keep(folder, item["kind"], item["number"], texts, source.geometry, said=said)


def _runner(args: argparse.Namespace) -> Runner:
    if args.cluster:
        from liangtian.geo.cells.spark import Spark

        return Spark(args.cluster)
    from liangtian.geo.cells.runners import Processes

    return Processes(args.processes or 1)


def _given(one: str, login: str | None, folder: Path, say: Say) -> str:
    """A path as it is; a version of the database as files beside the folder of the cells."""
    if not one.startswith(MARK):
        return one
    return str(stored_files(one, login, folder.with_name(f"{folder.name}.stored"), say))


def _files(given: str) -> list[Path]:
    """The file, or the files of a folder that is not itself a data set."""
    path = Path(given).absolute()
    if not path.exists():
        raise Refused(f"找不到文件“{given}”。请核对路径。")
    if not path.is_dir() or path.suffix.lower() == ".gdb":
        return [path]
    found = sorted(one for one in path.iterdir() if one.suffix.lower() in _SUFFIXES)
    if not found:
        raise Refused(f"文件夹“{given}”里没有矢量文件。")
    return found


def _tell_overlaps(folder: Path, cells: list[dict[str, Any]], say: Say) -> None:
    from liangtian.geo.cells.measure import done

    over = []
    for cell in cells:
        excess = (done(folder, cell) or {"excess": {}})["excess"]
        over += [
            f"第{int(plot) + 1}个地块内各类别合计超出地块{m2}平方米，已按比例缩减"
            for plot, m2 in excess.items()
        ]
    listed("图层自身重叠", over, say)
