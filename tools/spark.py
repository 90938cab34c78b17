"""A Spark standalone cluster of this machine alone, for tests and benchmarks: a master and workers on 127.0.0.1.

Needs the extra `liangtian[cluster]` and Java 17. Each worker is a process group of its own, so that it can be lost as
a machine is lost: with its executors, all at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from tools.postgres import free_port

_WAIT_S = 120


class Standalone:
    """A master; `add` starts workers. All ends with the `with` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.url = f"spark://127.0.0.1:{free_port()}"
        folder.mkdir(parents=True, exist_ok=True)
        port = self.url.rsplit(":", 1)[1]
        self._master = self._start("master", "master.Master", "--host", "127.0.0.1", "--port", port)
        self._wait("master", "I have been elected leader", 1)

    def add(self, number: int = 1) -> None:
        """More workers of one core each; they are there when this returns."""
        for _ in range(number):
            name = f"worker-{len(self.workers)}"
            options = ["--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / name)]
            self.workers.append(
                self._start(name, "worker.Worker", "--host", "127.0.0.1", *options, self.url)
            )
        self._wait("master", "Registering worker", len(self.workers))

    def lose(self, index: int) -> None:
        """Kill a worker and all its processes at once (SIGKILL)."""
        os.killpg(self.workers[index].pid, signal.SIGKILL)
        self.workers[index].wait()

    def environment(self) -> dict[str, str]:
        """For the driver, so that it too keeps to 127.0.0.1."""
        return {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}

    def __enter__(self) -> Standalone:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in [*self.workers, self._master]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, name: str, what: str, *options: str) -> subprocess.Popen[bytes]:
        home = _home()
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}"]
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [*command, "--webui-port", str(free_port()), *options],
                env={**self.environment(), "SPARK_HOME": str(home)},
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def _wait(self, name: str, words: str, times: int) -> None:
        log, end = self.folder / f"{name}.log", time.monotonic() + _WAIT_S
        while log.read_text(errors="replace").count(words) < times:
            if time.monotonic() > end:
                raise TimeoutError(f"Spark 没有启动，见“{log}”")
            time.sleep(0.2)


def _home() -> Path:
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise SystemExit("没有安装 pyspark：pip install 'liangtian[cluster]'")
    return Path(spec.origin).parent
