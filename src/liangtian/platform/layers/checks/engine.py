"""Runs the rules of a layer over its parts, counts every finding, lists the first ones of each rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liangtian.platform.layers.checks.kinds import KINDS, Broken, Setting
from liangtian.platform.layers.checks.rules import Rule
from liangtian.platform.layers.checks.table import Mask, Table
from liangtian.platform.layers.found import Found
from liangtian.platform.layers.models import LayerProblem


class Checker:
    """One run over one layer. `fields` are the names the file has."""

    def __init__(self, setting: Setting, fields: Sequence[str]) -> None:
        self.setting = setting
        self.most = int(setting.figure("survey.findings_listed"))
        self.counts: dict[str, int] = dict.fromkeys(setting.rules.rules, 0)
        self.skipped: dict[str, str] = {}
        self._listed: dict[str, int] = {}
        present = {name.upper() for name in fields}
        self._missing = {
            rule.id: sorted(rule.used - present) for rule in self._own() if rule.used - present
        }
        self._seen: dict[str, list[tuple[NDArray[Any], NDArray[np.int64]]]] = {}

    def begin(self) -> list[Found]:
        """What can be said before any row is read: fields that are not there."""
        found: list[Found] = []
        for rule in self._own():
            lacking = self._missing.get(rule.id, [])
            if rule.kind == "fields" and lacking:
                reason = f"缺少字段：{'、'.join(lacking)}。{rule.advice}"
                found += self._list([Found(0, "", _severity(rule), reason, rule=rule.id)])
            elif rule.kind in ("code_list", "code_name") and not self._list_in_force():
                self.skipped[rule.id] = f"{self.setting.on} 没有可用的地类分类表"
            elif lacking and not self._partly(rule, lacking):
                self.skipped[rule.id] = f"缺少字段 {'、'.join(lacking)}"
        return found

    def part(self, table: Table) -> tuple[list[Found], Mask]:
        """Findings in one part, and the rows that a rule of severity error keeps out."""
        refused = np.zeros(len(table), dtype=np.bool_)
        found: list[Found] = []
        for rule in self._own():
            if rule.id in self.skipped or rule.kind == "fields":
                continue
            if rule.kind == "unique":
                self._remember(rule, table)
                continue
            for broken in KINDS[rule.kind](rule, table, self.setting):
                if rule.severity == "error":
                    refused |= broken.rows
                found += self._rows(rule, table, broken)
        return found, refused

    def report(self, problems: Iterable[Found]) -> list[Found]:
        """Count findings made elsewhere (geometry, topology, categories); the ones to list."""
        return self._list(problems)

    def finish(self) -> list[Found]:
        """What only the whole layer shows: numbers given twice."""
        found: list[Found] = []
        for rule_id, parts in self._seen.items():
            rule = self.setting.rules.rules[rule_id]
            texts, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
            _, where, counts = np.unique(texts, return_inverse=True, return_counts=True)
            first: dict[int, int] = {}
            for index in np.flatnonzero(counts[where] > 1).tolist():
                group = int(where[index])
                if group in first:
                    reason = f"{rule.fields[0]} 的值“{texts[index]}”与第 {first[group]} 行相同。{rule.advice}"
                    found.append(
                        Found(
                            int(rows[index]), "", _severity(rule), reason, rule=rule.id,
                            field=rule.fields[0], value=str(texts[index]), other=first[group],
                        )
                    )  # fmt: skip
                else:
                    first[group] = int(rows[index])
        return self._list(found)

    def summary(self) -> list[dict[str, Any]]:
        """Every rule with what came of it, for the version's record."""
        return [
            {
                "rule": rule.id, "title": rule.title, "source": rule.source, "advice": rule.advice,
                "severity": rule.severity, "count": self.counts[rule.id],
                "listed": self._listed.get(rule.id, 0), "skipped": self.skipped.get(rule.id, ""),
            }
            for rule in self.setting.rules.rules.values()
        ]  # fmt: skip

    def _own(self) -> list[Rule]:
        return [rule for rule in self.setting.rules.rules.values() if rule.kind != "reported"]

    def _list_in_force(self) -> bool:
        return self.setting.rules.code_list(self.setting.on) is not None

    def _partly(self, rule: Rule, lacking: list[str]) -> bool:
        """Rules about each field for itself go on with the fields there are."""
        each = rule.kind in ("filled", "numbers", "lengths", "regions")
        return each and len(lacking) < len(rule.used)

    def _remember(self, rule: Rule, table: Table) -> None:
        column = table.columns[rule.fields[0]]
        there = ~column.empty
        kept = np.array(column.texts[there].tolist(), dtype=np.str_)
        self._seen.setdefault(rule.id, []).append((kept, table.rows[there]))

    def _rows(self, rule: Rule, table: Table, broken: Broken) -> list[Found]:
        where = np.flatnonzero(broken.rows).tolist()
        self.counts[rule.id] += len(where)
        room = self.most - self._listed.get(rule.id, 0)
        out = []
        for index in where[: max(room, 0)]:
            value, reason = broken.said(index)
            out.append(
                Found(
                    int(table.rows[index]), table.fids[index], _severity(rule),
                    f"{reason}{rule.advice}", table.place(index), rule.id, broken.field, value,
                )
            )  # fmt: skip
        self._listed[rule.id] = self._listed.get(rule.id, 0) + len(out)
        return out

    def _list(self, problems: Iterable[Found]) -> list[Found]:
        """Count all; keep as many of each rule as are listed. Overlaps are kept whole: flattening and
        the report go by them."""
        kept = []
        for one in problems:
            self.counts[one.rule] = self.counts.get(one.rule, 0) + one.figures
            listed = self._listed.get(one.rule, 0)
            if listed < self.most or one.shape is not None:
                self._listed[one.rule] = listed + 1
                kept.append(one)
        return kept


def _severity(rule: Rule) -> LayerProblem.Severity:
    return LayerProblem.Severity(rule.severity)
