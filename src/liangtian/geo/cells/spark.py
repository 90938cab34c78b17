"""The steps of a job on Apache Spark: every item is a task, so that a lost worker costs no more than its items."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from typing import Any

from liangtian.geo.cells.runners import RunRefused, Step, Told, as_text
from liangtian.geo.cells.split import Item

_LOOK_S = 1.0


class Spark:
    """A cluster (`spark://host:7077`) or this machine (`local[2]`), by Spark's own settings where they are set.

    Raises:
        RunRefused: pyspark or Java is missing, or the cluster does not answer.
    """

    def __init__(self, master: str) -> None:
        self.session = _session(master)

    def run(self, step: Step, items: list[Item], told: Told) -> list[Item]:
        """All answers; Spark runs an item again whose worker died.

        Raises:
            RunRefused: Spark gave up.
        """
        if not items:
            return []
        context = self.session.sparkContext
        texts = context.broadcast([json.dumps(item, ensure_ascii=False) for item in items])
        tasks = self.session.range(0, len(items), 1, len(items))
        answers = tasks.mapInArrow(
            functools.partial(_answers, step, texts), "number long, answer string"
        )
        rows = _collected(context, answers, told)
        return [json.loads(text) for _, text in sorted(rows)]

    def stop(self) -> None:
        """Leave the cluster."""
        self.session.stop()


def _answers(step: Step, texts: Any, batches: Iterator[Any]) -> Iterator[Any]:
    """Runs in the worker: numbers of items in, a batch of answers out."""
    import pyarrow as pa

    for batch in batches:
        numbers = batch.column(0)
        answers = [as_text(step, texts.value[number]) for number in numbers.to_pylist()]
        yield pa.RecordBatch.from_arrays(
            [numbers, pa.array(answers, pa.string())], ["number", "answer"]
        )


def _session(master: str) -> Any:
    try:
        import pandas  # noqa: F401  Spark asks for it, though nothing passes through it here
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise RunRefused(
            f"没有安装 Spark 支持(缺少{error.name})。请运行 pip install 'liangtian[cluster]'，"
            "或改用 --processes 在本机多进程计算。"
        ) from error
    if not _has_java():
        raise RunRefused("没有找到 Java。Spark 需要 Java 17：请安装，或用 JAVA_HOME 指明位置。")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("liangtian overlay")
    # The web page of a run would listen on all addresses; spark-defaults.conf may ask for it.
    given = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if master.startswith("local"):
        given |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in given.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise RunRefused(
            f"不能连接 Spark 集群“{master}”，请核对地址和集群状态：{_first(error)}"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(home and shutil.which("java", path=f"{home}/bin")) or bool(shutil.which("java"))


def _collected(context: Any, answers: Any, told: Told) -> list[tuple[int, str]]:
    """The rows; how many tasks are done is told while they come."""
    found: list[Any] = []
    failed: list[Exception] = []

    def collect() -> None:
        try:
            found.extend(answers.collect())
        except Exception as error:
            failed.append(error)

    worker = threading.Thread(target=collect, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(_LOOK_S)
        told(_tasks_done(context))
    if failed:
        raise RunRefused(
            f"Spark 没有完成：{_first(failed[0])}。已算好的格不会丢失，排除原因后重新运行同一命令即可继续。"
        )
    told(len(found))
    return [(row[0], row[1]) for row in found]


def _tasks_done(context: Any) -> int:
    tracker = context.statusTracker()
    infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    return sum(info.numCompletedTasks for info in infos if info is not None)


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
