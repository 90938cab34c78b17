"""The files in deploy/ name commands, options and settings that exist."""

from __future__ import annotations

import argparse
import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from liangtian.site.cli import build_parser
from tests.operation.conftest import SERVER, Site
from tests.tables import beside

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/liangtian/venv/bin/liangtian"
HARDENED = (
    "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices",
    "RestrictSUIDSGID", "SystemCallFilter", "CapabilityBoundingSet",
)  # fmt: skip


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


def test_an_image_is_built_from_sources_only() -> None:
    """What a checkout makes (packages, caches, data of a site) is not copied into the build."""
    root = DEPLOY.parent
    left = {line.removeprefix("**/") for line in (root / ".dockerignore").read_text().splitlines()}
    assert set((root / ".gitignore").read_text().splitlines()) <= left
    assert {".git", "tests"} <= left


def understood(words: list[str]) -> argparse.Namespace:
    """The command line as the program reads it; ends the test when it would refuse it."""
    return build_parser().parse_args(words)


@pytest.mark.parametrize("path", [p for p in UNITS if p.suffix == ".service"], ids=lambda p: p.name)
def test_each_service_runs_a_command_that_exists_and_is_hardened(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = service["ExecStart"].split()
    assert program == PROGRAM
    assert understood(words).verb in ("serve", "worker", "backup")
    assert service["User"] == "liangtian"
    assert all(key in service for key in HARDENED)


def test_each_timer_has_its_service_and_the_drill_is_monthly() -> None:
    for path in UNITS:
        if path.suffix == ".timer":
            assert path.with_suffix(".service") in UNITS
            assert unit(path)["Timer"]["OnCalendar"]
    drill = unit(DEPLOY / "systemd/liangtian-drill.service")["Service"]["ExecStart"]
    assert understood(drill.split()[1:]).drill
    assert unit(DEPLOY / "systemd/liangtian-drill.timer")["Timer"]["OnCalendar"].startswith(
        "*-*-01"
    )


def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NOT TESTED: no systemd-analyze here")
    for path in UNITS:
        text = (
            path.read_text("utf-8")
            .replace(PROGRAM, "/bin/true")
            .replace("User=liangtian", "User=root")
        )
        (tmp_path / path.name).write_text(text.replace("Group=liangtian", "Group=root"), "utf-8")
    names = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "liangtian-" in line]
    assert not ours, done.stderr


def test_every_variable_is_one_the_settings_read() -> None:
    settings = (DEPLOY.parent / "src/liangtian/site/settings.py").read_text("utf-8")
    named = set()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named |= set(re.findall(r"LIANGTIAN_[A-Z_]*[A-Z]", path.read_text("utf-8")))
    assert len(named) > 5
    assert not {name for name in named if f'"{name}"' not in settings}


def test_the_container_runs_a_command_that_exists_and_not_as_root() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    command = next(line for line in lines if line.startswith("CMD"))
    program, *words = re.findall(r'"([^"]+)"', command)
    assert program == "liangtian"
    assert understood(words).verb == "serve"
    user = next(line for line in lines if line.startswith("USER")).split()[1]
    assert int(user) > 0


@pytest.mark.skipif(not SERVER, reason="PostgreSQL only")
def test_the_role_of_the_program_writes_data_but_changes_no_table_and_no_audit(site: Site) -> None:
    statements = (DEPLOY / "postgresql/roles.sql").read_text("utf-8")
    with psycopg.connect(beside(site.database or ""), autocommit=True) as connection:
        connection.execute(statements.encode())
        for _ in range(2):  # it is run again after every upgrade
            assert "已执行" in site.run("audit", "grants", "liangtian_app", "--apply")
        connection.execute("SET ROLE liangtian_app")
        connection.execute("UPDATE people_user SET name = name")
        connection.execute("DELETE FROM people_loginfailure")
        for forbidden in (
            b"UPDATE audit_auditentry SET note = ''", b"DELETE FROM audit_auditentry",
            b"TRUNCATE audit_auditentry", b"UPDATE audit_seal SET hash = ''", b"CREATE TABLE x (id int)", b"DROP TABLE people_role",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
