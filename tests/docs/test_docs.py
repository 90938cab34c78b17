"""The pages that are read: what they name exists, and the generated one is current."""

from __future__ import annotations

import argparse
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from liangtian.site.cli import build_parser

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {
    ".venv",
    ".pytest_cache",
    ".git",
    "node_modules",
    "liangtian-data",
    "dist",
    "build",
    "test-results",
}

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[`/\s])liangtian[ ](?P<rest>[a-z-][^`\n]*)")
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
MACHINE_PATH = re.compile(
    r"(?:^|[\s`\"'(=])(/(?:work|root|home|tmp|Users)/[\w.-]+|[A-Z]:\\[\w.-]+)", re.MULTILINE
)


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    found = ROOT.rglob("*.md")
    return sorted(p for p in found if not SKIPPED.intersection(p.relative_to(ROOT).parts))


def name_of(page: Path) -> str:
    """Its path in the project, for the name of the test."""
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", pages(), ids=name_of)


def dictionary_tool() -> ModuleType:
    """tools/dictionary.py as a module."""
    spec = importlib.util.spec_from_file_location("dictionary", ROOT / "tools/dictionary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_data_dictionary_is_current() -> None:
    tool = dictionary_tool()
    assert tool.main(["--check"]) == 0, "run `make docs`"


def test_a_stale_dictionary_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = dictionary_tool()
    stale = tmp_path / "dictionary.md"
    stale.write_text(
        tool.PAGE.read_text("utf-8").replace("| `area_m2` |", "| `area` |", 1), "utf-8"
    )
    monkeypatch.setattr(tool, "PAGE", stale)
    assert tool.main(["--check"]) == 1
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0


def headings(page: Path) -> set[str]:
    """Anchors of a page as the usual renderers make them."""
    lines = CODE_BLOCK.sub("", page.read_text("utf-8")).splitlines()
    titles = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(CODE_BLOCK.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name_of(page)} links to {target}"
        assert not anchor or anchor in headings(there), f"no heading for {target}"


def verbs() -> dict[str, argparse.ArgumentParser]:
    """Sub-commands of `liangtian` by name."""
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("the command has no sub-commands")


def commands_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `liangtian verb …` in code of a page, with the options named; lines joined at a backslash."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text.replace("\\\n", " "), re.DOTALL)
    for found in COMMAND.finditer("\n".join(code)):
        verb, *rest = found["rest"].split()
        yield verb, [word.split("=")[0] for word in rest if word.startswith("--")]


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Options of a command and of the commands under it."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = found.union(*(options_of(sub) for sub in action.choices.values()))
    return found


@every_page
def test_every_command_and_option_exists(page: Path) -> None:
    known = verbs()
    for verb, options in commands_in(page.read_text("utf-8")):
        if verb == "--version":
            continue
        assert verb in known, f"{name_of(page)} names `liangtian {verb}`"
        unknown = set(options) - options_of(known[verb])
        assert not unknown, f"{name_of(page)}: `liangtian {verb}` has no {unknown}"


@every_page
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text("utf-8"), re.DOTALL))
    unknown = set(MAKE.findall(code)) - targets
    assert not unknown, f"{name_of(page)} names make {unknown}"


@every_page
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    found = MACHINE_PATH.search(page.read_text("utf-8"))
    assert found is None, f"{name_of(page)}: {found and found[1]}"


def test_the_checks_find_commands_where_readers_see_them() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = dict(commands_in(readme))
    assert {"demo", "inspect", "overlay"} <= set(named)
    assert named["overlay"] == ["--by", "--plots-id"]
    assert {"demo", "test"} <= set(MAKE.findall(readme))


def test_both_readmes_have_the_same_sections_pictures_and_commands() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")]
    english, chinese = (
        (
            len(re.findall(r"^## ", text, re.MULTILINE)),
            re.findall(r"docs/pictures/\w+\.png", text),
            re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL),
        )
        for text in texts
    )
    assert english == chinese


def test_sample_accounts_in_the_pages_are_those_of_the_demo() -> None:
    from liangtian.site.demo.people import people
    from liangtian.site.demo.places import name_towns, name_villages

    towns = name_towns(4)
    logins = {p["login"] for p in people(towns, name_villages([0, 1, 2, 3], towns, seed=1))}
    guide = (ROOT / "docs/guide/README.md").read_text("utf-8")
    rows = [line.split("|")[3] for line in guide.splitlines() if re.match(r"\| .*\]\(", line)]
    named = {name for row in rows for name in re.findall(r"[a-z]+", row)}
    assert named == logins
