"""Thousands of files gone wrong on purpose, each read and checked as an import would.

    .venv/bin/python benchmarks/mutated_files.py --files 12000
    .venv/bin/python benchmarks/mutated_files.py --only 4711      # one of them again, kept for a look

A file must be read with every row accounted for, or be refused in Chinese; anything else, more than
`--seconds` or more than 1 GiB is a failure, printed with its number. Exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GIB = 1024**3
ADDRESSES = 8 * GIB  # libraries reserve far more than they use


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=12_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", type=int, help="make and try this one; the file is kept")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="liangtian-mutants-") as folder:
        room = Path(folder)
        originals = _originals(room)
        if args.only is not None:
            return _one(originals, args.only)
        numbers = iter(range(args.first, args.first + args.files))
        run = _Run(originals, numbers, room, args.seconds)
        threads = [threading.Thread(target=run.feed) for _ in range(args.processes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    took = time.perf_counter() - started
    print(f"{args.files} files in {took:.0f} s: {dict(run.outcomes)}; slowest {run.slowest:.1f} s, "
          f"largest process {run.largest / GIB:.2f} GiB")  # fmt: skip
    return 1 if run.outcomes["failed"] else 0


def _originals(room: Path) -> list[Path]:
    import tests.conftest  # noqa: F401 -- settings and a data folder of its own

    from liangtian.site import runtime

    runtime.start_django()
    from tests.formats.mutants import seeds

    (room / "seeds").mkdir()
    return seeds(room / "seeds")


def _one(originals: list[Path], number: int) -> int:
    from tests.formats.mutant_trial import FAILED, tried
    from tests.formats.mutants import mutant

    path, what = mutant(originals, number, Path(tempfile.mkdtemp(prefix="liangtian-mutant-")))
    outcome, why = tried(path)
    print(f"{path}\n{what}\n{outcome}: {why}")
    return 1 if outcome == FAILED else 0


class _Run:
    """Hands numbers to processes, and ends a process that takes too long."""

    def __init__(self, originals: list[Path], numbers: object, room: Path, seconds: float) -> None:
        self.originals, self.numbers, self.room, self.seconds = originals, numbers, room, seconds
        self.lock = threading.Lock()
        self.outcomes: Counter[str] = Counter()
        self.slowest, self.largest = 0.0, 0

    def feed(self) -> None:
        child, pipe = self._start()
        while True:
            with self.lock:
                number = next(self.numbers, None)  # type: ignore[call-overload]
            if number is None:
                break
            pipe.send(number)
            began = time.perf_counter()
            answer = self._answer(pipe)
            if answer[0] in ("hung", "died") or answer[3] > GIB:
                child.kill()
                child.join()
                child, pipe = self._start()
            self._note(number, answer, time.perf_counter() - began)
        pipe.send(None)
        child.join()

    def _answer(self, pipe: Connection) -> tuple[str, str, str, int]:
        if not pipe.poll(self.seconds):
            return "hung", "", f"more than {self.seconds} s", 0
        try:
            found: tuple[str, str, str, int] = pipe.recv()
        except EOFError:
            return "died", "", "the process died", 0
        return found

    def _note(self, number: int, answer: tuple[str, str, str, int], took: float) -> None:
        outcome, what, why, memory = answer
        with self.lock:
            self.slowest, self.largest = max(self.slowest, took), max(self.largest, memory)
            if memory > GIB:
                outcome, why = "failed", f"{memory / GIB:.1f} GiB. {why}"
            if outcome in ("hung", "died"):
                outcome = "failed"
            self.outcomes[outcome] += 1
            if outcome == "failed":
                print(f"--only {number}: {what}: {why[:300]}", flush=True)

    def _start(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        child = context.Process(target=_work, args=(theirs, self.originals), daemon=True)
        child.start()
        theirs.close()
        ours.recv()  # it has started; only what it does with a file is timed
        return child, ours


def _work(pipe: Connection, originals: list[Path]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    sys.path.insert(0, str(ROOT))
    from liangtian.site import runtime

    runtime.start_django()
    from tests.formats.mutant_trial import tried
    from tests.formats.mutants import mutant

    pipe.send(None)
    while (number := pipe.recv()) is not None:
        with tempfile.TemporaryDirectory(dir=originals[0].parent.parent) as folder:
            path, what = mutant(originals, number, Path(folder))
            outcome, why = tried(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        pipe.send((outcome, what, why, peak))


if __name__ == "__main__":
    sys.exit(main())
