"""Every operation of the API under data made from its own description, as five people, for longer.

    .venv/bin/python benchmarks/schemathesis_run.py --examples 50
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/schemathesis_run.py --examples 50

A made-up world in a database of its own; each call is undone before the next. Exit code 1 when an answer
is a failure of the server, an error without the house's shape, or a success the description does not know.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="of each kind and matrix row")
    parser.add_argument("--who", action="append", help="a role; may be given more than once")
    parser.add_argument("--path", default="", help="only addresses that hold this text")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    import tests.conftest  # noqa: F401 -- gives the run a data folder of its own

    from liangtian.site import runtime

    runtime.start_django()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    logging.disable(logging.WARNING)  # refusals; failures are still heard
    from tests.site import fuzzing
    from tests.site.world import built

    schema, started, faults, calls = fuzzing.described(), time.perf_counter(), 0, 0
    with (
        tempfile.TemporaryDirectory(prefix="liangtian-bench-") as folder,
        built(Path(folder)) as world,
    ):
        for who in args.who or fuzzing.PEOPLE:
            for operation in fuzzing.operations(schema):
                if args.path not in operation.path:
                    continue
                calls += 1
                for fault in fuzzing.tried(world, operation, who, args.examples, args.seed):
                    faults += 1
                    print(fault, flush=True)
            print(f"{who}: {time.perf_counter() - started:.0f} s", flush=True)
    teardown_databases(databases, verbosity=0)
    print(f"{calls} operations × people, {args.examples} examples of each kind, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
