"""What was measured compared with what was to be measured, before any of it is used (总量核对)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from liangtian.geo.cells.measure import areas_path, done
from liangtian.geo.cells.parquet import read_table
from liangtian.geo.cells.split import Item

Rows = Iterator[tuple[str, str, Decimal]]


class TotalsRefused(Exception):  # noqa: N818
    """Results that are not whole; the message is Chinese."""


def verify(folder: Path, cells: list[Item]) -> tuple[int, Decimal]:
    """Number of plots and m² in all cells, after every plot's parts were found to sum to its survey area.

    Raises:
        TotalsRefused: a result is missing or changed, a plot is missing, or its parts do not sum to it.
    """
    plots, total = 0, Decimal(0)
    for cell in cells:
        number, m2 = _verify_cell(folder, cell)
        plots, total = plots + number, total + m2
    return plots, total


def _verify_cell(folder: Path, cell: Item) -> tuple[int, Decimal]:
    name = f"第{cell['cell']}格"
    again = f"请删除文件夹“{areas_path(folder, cell['cell']).parent}”后重新运行，只重算这一格。"
    told = done(folder, cell)
    if told is None:
        raise TotalsRefused(f"{name}的结果缺失、损坏或被改动。{again}")
    found = read_table(areas_path(folder, cell["cell"]), told["sha256"])
    parts = [
        read_table(folder / part["path"], part["sha256"], ["plot", "m2"]) for part in cell["plots"]
    ]
    asked = pa.concat_tables([part.replace_schema_metadata(None) for part in parts])
    want, cents = asked.column("plot").to_numpy(), _cents(asked)
    plot, units = found.column("plot").to_numpy(), _cents(found)
    numbers, position = np.unique(plot, return_inverse=True)
    if not np.array_equal(numbers, np.sort(want)):
        raise TotalsRefused(f"{name}应有{len(want)}个地块，结果中有{len(numbers)}个。{again}")
    sums = np.zeros(len(numbers), np.int64)
    np.add.at(sums, position, units)
    wrong = np.flatnonzero(sums != cents[np.argsort(want)])
    if len(wrong):
        raise TotalsRefused(
            f"{name}有{len(wrong)}个地块各类别面积之和不等于地块面积"
            f"(如第{int(numbers[wrong[0]]) + 1}个地块)。{again}"
        )
    return len(numbers), Decimal(int(sums.sum())).scaleb(-2)


def _cents(table: pa.Table) -> NDArray[np.int64]:
    """The m² of a table in whole 0.01 m²."""
    return np.array([int(m2.scaleb(2)) for m2 in table.column("m2").to_pylist()], np.int64)


def rows(folder: Path, cells: list[Item], sources: list[Item]) -> Rows:
    """All rows (id, category, m²) in the order of the plots in their files, a file at a time in memory."""
    for number, source in enumerate(sources):
        first, end = source["first"], source["first"] + source["rows"]
        ids = np.empty(source["rows"], dtype=object)
        found = []
        for cell in cells:
            parts = [part for part in cell["plots"] if part["source"] == number]
            for part in parts:
                table = read_table(folder / part["path"], columns=["plot", "id"])
                ids[table.column("plot").to_numpy() - first] = table.column("id").to_pylist()
            if parts:
                found.append(read_table(areas_path(folder, cell["cell"])))
        if not found:
            continue
        table = pa.concat_tables(found)
        plot = table.column("plot").to_numpy()
        mine = np.flatnonzero((plot >= first) & (plot < end))
        mine = mine[np.argsort(plot[mine], kind="stable")]
        table = table.take(pa.array(mine))
        yield from zip(
            ids[plot[mine] - first].tolist(), table.column("category").to_pylist(),
            table.column("m2").to_pylist(), strict=True,
        )  # fmt: skip
