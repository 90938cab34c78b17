"""The one way functions of this floor are compiled: to machine code, kept on disk, free of Python's lock.

The compiled code is kept beside the source, or where NUMBA_CACHE_DIR says, in a folder named by the sources:
numba looks at the file of the outermost function only, and would go on with old code of what that one calls.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def sources(folder: Path) -> str:
    """Digest of all Python files below a folder, by name and content."""
    digest = hashlib.sha256(numba.__version__.encode())
    for file in sorted(folder.rglob("*.py")):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


_HERE = Path(__file__).parent
_KEPT = Path(os.environ.get("NUMBA_CACHE_DIR") or _HERE / "__pycache__")
numba.config.CACHE_DIR = str(_KEPT / f"compiled-{sources(_HERE)}")  # type: ignore[attr-defined]


def drop_old_code(folder: Path | None = None, days: int = 7) -> int:
    """Remove the compiled code of earlier sources, when nothing was added to it for some days; how many folders."""
    kept, limit, dropped = Path(str(numba.config.CACHE_DIR)), time.time() - days * 86_400, 0  # type: ignore[attr-defined]
    for old in (folder or _KEPT).glob("compiled-*"):
        if old.name != kept.name and old.is_dir() and old.stat().st_mtime < limit:
            shutil.rmtree(old, ignore_errors=True)
            dropped += 1
    return dropped


_MANY = 200_000
"""Vertices from which a second thread is worth starting."""


def in_threads(work: Callable[[int, int], None], figures: int, vertices: int) -> None:
    """Do compiled work on all figures, on several threads if there is enough of it."""
    threads = min(4, os.cpu_count() or 1) if vertices >= _MANY else 1
    if threads == 1:
        work(0, figures)
        return
    turns = 8 * threads
    bounds = [figures * k // turns for k in range(turns + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))


_ALL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_INNER = {**_ALL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_INLINED = {**_INNER, "forceinline": True}
_ANY_ORDER = {"reassoc", "contract", "nsz"}


def compiled(function: F) -> F:
    """Compile at the first call from Python, additions in the order written. Division by zero follows IEEE."""
    return cast(F, numba.njit(**_ALL)(function))


def inner(function: F) -> F:
    """`compiled`, for functions that only compiled functions call; without the doors to Python.

    Python must never call it: that ends the process.
    """
    return cast(F, numba.njit(**_INNER)(function))


def inlined(function: F) -> F:
    """`inner`, put in the place of every call: where arrays are passed along so often that passing them takes time."""
    return cast(F, numba.njit(**_INLINED)(function))


def vectorised(function: F) -> F:
    """`inlined`, for a loop of sums that may be added in another order: the same on one kind of processor.

    Between kinds of processors the last digit may differ, which the rounding of results hides.
    """
    return cast(F, numba.njit(**_INLINED, fastmath=_ANY_ORDER)(function))


def _asked_for(typing: Any, array: Any, at: Any) -> Any:
    """Ask memory for one element of an array ahead of its use: changes nothing, and may lie beyond the end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        how = ir.FunctionType(ir.VoidType(), [place.type, *[ir.IntType(32)] * 3])
        name = "llvm.prefetch.p0i8"
        call = builder.module.globals.get(name) or ir.Function(builder.module, how, name)
        # To be read, kept in every cache, data.
        builder.call(call, [place, *(ir.IntType(32)(n) for n in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(array, at), generate


def _bytes_at(typing: Any, address: Any) -> Any:
    """The bytes that begin at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.CPointer(types.uint8)(address), generate  # type: ignore[no-untyped-call]


asked_for: Any = intrinsic(_asked_for)
bytes_at: Any = intrinsic(_bytes_at)
