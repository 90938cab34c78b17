"""The one way functions of this floor are compiled: to machine code, kept on disk, free of Python's lock.

The compiled code is kept beside the source, or where NUMBA_CACHE_DIR says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


_ALL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_INNER = {**_ALL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_ANY_ORDER = {"reassoc", "contract", "nsz"}


def compiled(function: F) -> F:
    """Compile at the first call from Python, additions in the order written. Division by zero follows IEEE."""
    return cast(F, numba.njit(**_ALL)(function))


def inner(function: F) -> F:
    """`compiled`, for functions that only compiled functions call; without the doors to Python.

    Python must never call it: that ends the process.
    """
    return cast(F, numba.njit(**_INNER)(function))


def vectorised(function: F) -> F:
    """`inner`, for a loop of sums that may be added in another order: the same on one kind of processor.

    Between kinds of processors the last digit may differ, which the rounding of results hides.
    """
    return cast(F, numba.njit(**_INNER, fastmath=_ANY_ORDER)(function))
