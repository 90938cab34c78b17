"""What was backed up comes back equal, and what is not whole is never taken for a backup."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.operation.conftest import SERVER, Site

NAMES = "SELECT name FROM people_user ORDER BY name"
PASSPHRASE = "量田备份口令-2026-示例"


def archives(site: Site) -> list[Path]:
    found = (site.folder / "backups").glob("liangtian-*")
    return sorted(path for path in found if path.suffix in (".gz", ".sealed"))


def backed_up(site: Site, *words: str) -> Path:
    site.run("backup", *words)
    return archives(site)[-1]


def restored(archive: Path, into: Site, *words: str, code: int = 0) -> str:
    options = ["--into", str(into.folder)]
    if into.database:
        options += ["--database", into.env["LIANGTIAN_DATABASE_URL"]]
    return into.run("restore", str(archive), *options, *words, code=code)


def stored(site: Site) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (site.folder / "files").glob("??/??/*")}


def test_rows_sums_and_files_come_back_equal(site: Site, empty_site: Site) -> None:
    archive = backed_up(site, "--by", "张示例")
    said = restored(archive, empty_site)
    assert "不一致" not in said
    manifest = json.loads(archive.with_name(f"{archive.name}.json").read_text())
    assert manifest["tables"]["layers_feature"]["rows"] == 12
    assert float(manifest["tables"]["layers_feature"]["sums"]["area_m2"]) > 100_000
    assert empty_site.rows(NAMES) == site.rows(NAMES)
    areas = "SELECT title, area_m2 FROM layers_feature ORDER BY title"
    assert empty_site.rows(areas) == site.rows(areas)
    assert stored(empty_site) == stored(site)
    assert len(stored(site)) == 4
    assert site.rows("SELECT done, by, files FROM operation_backup") == [(True, "张示例", 4)]
    empty_site.run("migrate", "--quiet")
    assert "备份完成" in empty_site.run("backup"), "what was restored is a working site"


def test_a_second_backup_copies_only_new_files(saved_site: Site) -> None:
    backed_up(saved_site)
    copied = saved_site.rows("SELECT files, files_copied FROM operation_backup ORDER BY id")
    assert copied == [(4, 4), (4, 0)]


def test_only_the_last_backups_are_kept_with_the_files_they_name(saved_site: Site) -> None:
    (first,) = archives(saved_site)
    kept = first.parent / "files" / "ff" / "ff" / ("f" * 64)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"of an archive that is gone")
    second = backed_up(saved_site, "--keep", "1")
    assert archives(saved_site) == [second]
    assert not kept.exists()
    assert len(list((first.parent / "files").glob("??/??/*"))) == 4


@pytest.mark.parametrize("where", ["archive", "file"])
def test_a_damaged_backup_is_refused_before_anything_is_restored(
    saved_site: Site, empty_site: Site, where: str
) -> None:
    (archive,) = archives(saved_site)
    victim = archive if where == "archive" else next((archive.parent / "files").glob("??/??/*"))
    victim.chmod(0o600)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    assert "已损坏" in restored(archive, empty_site, code=1)
    assert not stored(empty_site)
    with pytest.raises(Exception, match="people_user"):
        empty_site.rows(NAMES)


def test_a_target_with_data_is_refused_unless_told(saved_site: Site) -> None:
    (archive,) = archives(saved_site)
    saved_site.change("UPDATE people_user SET name = '改名'")
    assert "已有数据" in restored(archive, saved_site, code=1)
    assert saved_site.rows(NAMES)[0] == ("改名",)
    restored(archive, saved_site, "--replace")
    assert ("改名",) not in saved_site.rows(NAMES)


def test_an_encrypted_backup_shows_nothing_and_needs_its_passphrase(
    site: Site, empty_site: Site, tmp_path: Path
) -> None:
    words = tmp_path / "words"
    words.write_text(PASSPHRASE)
    archive = backed_up(site, "--passphrase-file", str(words))
    for path in [archive, *(archive.parent / "files").glob("??/??/*")]:
        assert path.read_bytes().startswith(b"LTSEAL1\n")
    assert "已加密" in restored(archive, empty_site, code=1)
    wrong = tmp_path / "wrong"
    wrong.write_text(PASSPHRASE + "错")
    assert "口令不对" in restored(archive, empty_site, "--passphrase-file", str(wrong), code=1)
    restored(archive, empty_site, "--passphrase-file", str(words))
    assert stored(empty_site) == stored(site)


def test_keys_are_in_the_backup_only_when_asked_for(saved_site: Site, empty_site: Site) -> None:
    key = (saved_site.folder / "secret-key").read_text()
    restored(archives(saved_site)[-1], empty_site)
    other = empty_site.folder / "secret-key"
    assert other.read_text() != key
    restored(backed_up(saved_site, "--with-keys"), empty_site, "--replace")
    assert other.read_text() == key
    assert other.stat().st_mode & 0o777 == 0o600


def test_a_missing_stored_file_fails_the_backup_and_is_noted(site: Site) -> None:
    next((site.folder / "files").glob("??/??/*")).unlink()
    assert "数据目录中没有" in site.run("backup", code=1)
    assert archives(site) == []
    ((done, error),) = site.rows("SELECT done, error FROM operation_backup")
    assert not done
    assert "数据目录中没有" in error


def killed_when(site: Site, folder: Path, pattern: str, *words: str) -> None:
    """Run a command that is ended without warning as soon as it has begun to write."""
    moment = [str(folder), pattern]
    site.run(*moment, *words, module="tests.operation.dying", code=-signal.SIGKILL)


@pytest.mark.parametrize("moment", [".incoming-*", ".incoming-*/database.*", "files/*/*/*"])
def test_a_killed_backup_is_never_taken_for_a_good_one(
    site: Site, empty_site: Site, moment: str
) -> None:
    killed_when(site, site.folder / "backups", moment, "backup")
    assert all(a.with_name(f"{a.name}.sha256").is_file() for a in archives(site))
    restored(backed_up(site), empty_site)
    assert empty_site.rows(NAMES) == site.rows(NAMES)


@pytest.mark.parametrize("moment", [".restoring-*/database.*", "files/*/*/*"])
def test_a_killed_restore_leaves_nothing_half_and_can_be_run_again(
    saved_site: Site, empty_site: Site, moment: str
) -> None:
    (archive,) = archives(saved_site)
    options = ["restore", str(archive), "--into", str(empty_site.folder)]
    if empty_site.database:
        options += ["--database", empty_site.env["LIANGTIAN_DATABASE_URL"]]
    killed_when(empty_site, empty_site.folder, moment, *options)
    with pytest.raises(Exception, match="people_user"):
        empty_site.rows(NAMES)
    restored(archive, empty_site)
    assert empty_site.rows(NAMES) == saved_site.rows(NAMES)
    assert not list(empty_site.folder.glob(".restoring-*"))


def test_the_drill_restores_compares_and_keeps_its_record(saved_site: Site) -> None:
    assert "恢复测试通过" in saved_site.run("backup", "--drill", "--by", "李样本")
    ((passed, by, lines),) = saved_site.rows("SELECT passed, by, comparison FROM operation_drill")
    assert passed
    assert by == "李样本"
    lines = json.loads(lines) if isinstance(lines, str) else lines
    assert {"item": "people_user 行数", "expected": "5", "found": "5", "equal": True} in lines
    assert not list(saved_site.folder.glob(".drill-*"))


def test_a_drill_on_a_damaged_backup_fails_and_says_so(saved_site: Site) -> None:
    (archive,) = archives(saved_site)
    archive.write_bytes(archive.read_bytes()[:-1])
    assert "未通过" in saved_site.run("backup", "--drill", code=1)
    ((passed, error),) = saved_site.rows("SELECT passed, error FROM operation_drill")
    assert not passed
    assert "已损坏" in error


@pytest.mark.skipif(not SERVER, reason="PostgreSQL only")
def test_without_pg_dump_the_tables_are_copied_one_by_one(site: Site, empty_site: Site) -> None:
    site.settings["PATH"] = empty_site.settings["PATH"] = ""
    archive = backed_up(site)
    manifest = json.loads(archive.with_name(f"{archive.name}.json").read_text())
    assert manifest["method"] == "copy"
    assert "不一致" not in restored(archive, empty_site)
    assert empty_site.rows(NAMES) == site.rows(NAMES)
    empty_site.change(
        "INSERT INTO people_role (code, name, permissions, post, office_scope, is_builtin) "
        "VALUES ('x', 'x', '[]', '', 'all', false)"
    )
    shutil.rmtree(empty_site.folder)
    assert "已有数据" in restored(archive, empty_site, code=1)
    restored(archive, empty_site, "--replace")
    assert empty_site.rows("SELECT 1 FROM people_role WHERE code = 'x'") == []
