"""Every operation of the API under data made from its own description (schemathesis), as several people.

An operation is called on real objects: the values of its path come from the scope matrix. Its query and
body are made as the description asks (positive), against it (negative), or are the matrix's sound body
with one field exchanged (mixed), which comes further than a body that is wrong in every field.
What a call changed is undone before the next.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import hypothesis
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from tests.site.all_rows import MATRIX
from tests.site.matrix import Row
from tests.site.world import World

PEOPLE = ("county_clerk", "township_clerk", "sysadmin", "security_officer", "auditor")
CSRF = "a" * 32
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DOCUMENTED_EVERYWHERE = frozenset({304})  # the answer to a client that has it already
_MODES = {"positive": GenerationMode.POSITIVE, "negative": GenerationMode.NEGATIVE}


@dataclass(frozen=True)
class Fault:
    """One answer that should not be: who asked what, what came, and the trace if there is one."""

    who: str
    call: str
    what: str

    def __str__(self) -> str:
        return f"{self.who}: {self.call}\n    {self.what}"


class _Traces(logging.Handler):
    """The last exception the API logged."""

    last = ""

    def emit(self, entry: logging.LogRecord) -> None:
        self.last = entry.getMessage()
        if entry.exc_info and entry.exc_info[1]:
            self.last = "".join(traceback.format_exception(entry.exc_info[1])[-6:])


@contextmanager
def _listening() -> Iterator[_Traces]:
    traces, loggers = (
        _Traces(logging.ERROR),
        [logging.getLogger(n) for n in ("liangtian", "django")],
    )
    for logger in loggers:
        logger.addHandler(traces)
    try:
        yield traces
    finally:
        for logger in loggers:
            logger.removeHandler(traces)


def described() -> Any:
    """The API's own description, answered by the application in this process."""
    from liangtian.site.api import api

    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(
        {**api.get_openapi_schema(), "security": []}, config=config
    )
    schema.app = get_wsgi_application()
    return schema


def operations(schema: Any) -> list[Any]:
    """All operations, in the order of the description."""
    return [found.ok() for found in schema.get_all_operations()]


def rows_of(operation: Any) -> list[Row]:
    """What the scope matrix says of an operation."""
    key = (operation.method.upper(), operation.path)
    return [row for row in MATRIX if (row.method, row.path) == key]


def let_in(operation: Any) -> list[str]:
    """Who of the people may do it; everybody, where nobody of them may."""
    allowed = {role for row in rows_of(operation) for role in row.allow}
    return [who for who in PEOPLE if who in allowed] or list(PEOPLE)


def tried(world: World, operation: Any, who: str, examples: int, seed: int = 0) -> list[Fault]:
    """The faults of one operation in the hands of one person; `examples` of each kind and matrix row."""
    faults: list[Fault] = []
    with _listening() as traces, _one_connection():
        for row in rows_of(operation):
            for kind in ("positive", "negative", "mixed"):
                found = _run(
                    world, operation, row, who, kind, examples=examples, seed=seed, traces=traces
                )
                faults += [f for f in found if f.what not in {known.what for known in faults}]
    return faults


@contextmanager
def _one_connection() -> Iterator[None]:
    """A request does not close the connection whose transaction undoes it, as Django's own test client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _run(
    world: World,
    operation: Any,
    row: Row,
    who: str,
    kind: str,
    *,
    examples: int,
    seed: int,
    traces: _Traces,
) -> list[Fault]:
    with transaction.atomic():
        parts = row.request(world, row.places[0])
        faults: list[Fault] = []
        cases = _cases(operation, parts, kind)
        if cases is not None:
            _exercise(cases, examples, seed, lambda case: faults.extend(
                _judged(case, who, world.cookies[who], traces)
            ))  # fmt: skip
        transaction.set_rollback(True)
    return faults


def _cases(operation: Any, parts: Mapping[str, Any], kind: str) -> Any:
    """A strategy of calls, or None where this kind says nothing new."""
    real = (
        {"path_parameters": {k: str(v) for k, v in parts["path"].items()}}
        if "path" in parts
        else {}
    )
    if kind != "mixed":
        if kind == "negative" and not (operation.query or operation.body):
            return (
                operation.as_strategy(GenerationMode.NEGATIVE)
                if operation.path_parameters
                else None
            )
        return operation.as_strategy(_MODES[kind], **real)
    body = parts.get("json")
    if not body:
        return None
    plain = operation.as_strategy(GenerationMode.POSITIVE, **real)
    return st.tuples(plain, st.sampled_from(sorted(body)), st.booleans(), _odd()).map(
        lambda drawn: _exchanged(drawn, body)
    )


def _exchanged(drawn: tuple[Any, str, bool, Any], body: Mapping[str, Any]) -> Any:
    case, name, described_value, odd = drawn
    made = case.body if isinstance(case.body, dict) else {}
    case.body = {**body, name: made.get(name, odd) if described_value else odd}
    return case


def _odd() -> st.SearchStrategy[Any]:
    """Values that have broken programs before."""
    return st.sampled_from([
        None, "", " ", "\x00", "\ud800", "x" * 5_000, -1, 0, 2**31, 2**63, 10**40, 1e308, True, [], {},
        [None], "9999-12-31", "0001-01-01", "2026-02-30", "null", "NaN", "990121", "%_\\'\"", "🌾",
    ])  # fmt: skip


def _exercise(cases: Any, examples: int, seed: int, use: Callable[[Any], None]) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(cases)
    def run(case: Any) -> None:
        use(case)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        return  # nothing can be wrong with such an operation


def _judged(case: Any, who: str, session: str, traces: _Traces) -> list[Fault]:
    """Call, undo, and look at the answer."""
    headers = {"X-CSRFToken": CSRF, "Accept-Encoding": "identity"}
    cookies = {"sessionid": session, "csrftoken": CSRF}
    traces.last = ""
    with transaction.atomic():
        try:
            answer = case.call(headers=headers, cookies=cookies)
        except UnicodeEncodeError:
            return []  # such a body cannot be sent at all
        finally:
            transaction.set_rollback(True)
    wrong = _wrong(case.operation, answer)
    if not wrong:
        return []
    call = f"{case.method} {case.formatted_path} query={case.query!r} body={str(case.body)[:600]!r}"
    return [Fault(who, call, f"{wrong}\n{traces.last}".strip())]


def _wrong(operation: Any, answer: Any) -> str:
    """What is wrong with an answer; empty if nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"status {status}"
    if status >= 400:
        return _unlike_the_house(answer)
    if status in DOCUMENTED_EVERYWHERE:
        return ""
    if str(status) not in operation.definition.raw["responses"]:
        return f"status {status} is not in the description"
    return ""


def _unlike_the_house(answer: Any) -> str:
    try:
        error = answer.json()["error"]
        texts = [error["message"], *error["fields"].values()]
        good = set(error) == {"code", "message", "fields"} and all(map(CHINESE.search, texts))
    except (ValueError, KeyError, TypeError):
        good = False
    return (
        ""
        if good
        else f"status {answer.status_code} without the shape of an error: {answer.text[:300]}"
    )
