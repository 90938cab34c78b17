"""The rules as declared in the data files of this folder."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

PACK = "land-survey-2020"
GENERAL = "general"
Patterns = dict[str, list[str]]


@dataclass(frozen=True)
class Rule:
    """One check. `source` is the standard and its part; `kind` names the function of the engine."""

    id: str
    title: str
    source: str
    kind: str
    advice: str
    severity: str = "warning"
    fields: tuple[str, ...] = ()
    when: Patterns = field(default_factory=dict)
    unless: Patterns = field(default_factory=dict)
    need: Patterns = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    tolerance: str = ""
    share: str = ""
    least: str = ""

    @property
    def used(self) -> set[str]:
        """Names of the fields without which the rule cannot be checked."""
        return {*self.fields, *self.when, *self.unless, *self.need}


@dataclass(frozen=True)
class CodeList:
    """A list of codes with their names, and the days on which it is the one to use."""

    name: str
    names: dict[str, str]
    since: date
    until: date | None


@dataclass(frozen=True)
class RuleSet:
    """The rules of one kind of layer, by id, in the order of the file."""

    rules: dict[str, Rule]
    code_lists: tuple[CodeList, ...] = ()
    covers: bool = False  # the layer has to cover the whole county

    def code_list(self, on: date) -> CodeList | None:
        """The list in force on a day."""
        return next(
            (
                one
                for one in self.code_lists
                if one.since <= on and (one.until is None or on <= one.until)
            ),
            None,
        )


@cache
def rule_set(name: str) -> RuleSet:
    """The general rules and, with a name, those of `<name>.toml`."""
    general = _load(GENERAL)
    if not name:
        return general
    own = _load(name)
    return RuleSet({**own.rules, **general.rules}, own.code_lists, own.covers)


def _load(name: str) -> RuleSet:
    data = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
    rules = [_rule(entry, data["sources"]) for entry in data["rule"]]
    lists = tuple(_code_list(entry) for entry in data.get("code_list", []))
    return RuleSet({rule.id: rule for rule in rules}, lists, data.get("covers", False))


def _rule(entry: dict[str, Any], sources: dict[str, str]) -> Rule:
    key, _, part = entry["source"].partition(" ")
    plain = {**entry, "source": f"{sources[key]}:{part}"}
    return Rule(**{**plain, "fields": tuple(entry.get("fields", ()))})


def _code_list(entry: dict[str, Any]) -> CodeList:
    text = files("liangtian.platform.layers").joinpath(entry["file"]).read_text("utf-8")
    names = {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}
    return CodeList(entry["name"], names, entry["from"], entry.get("to"))
