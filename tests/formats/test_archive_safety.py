import io
import stat
import zipfile
from pathlib import Path

import pytest

from liangtian.geo.formats import FormatRefused
from liangtian.geo.formats.archive import Limits, unpack


def zipped(folder: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    path = folder / "包.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return path


def refuse(path: Path, words: str, limits: Limits | None = None) -> None:
    into = path.parent / "out"
    into.mkdir()
    with pytest.raises(FormatRefused, match=words):
        unpack(path, into, limits)
    outside = [p for p in path.parent.rglob("*") if p != path and into not in (p, *p.parents)]
    assert outside == []


def test_plain_files_come_out_whole(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("甲/乙.dbf", b"abc"), ("丙.shp", b"xyz"))
    into = tmp_path / "out"
    into.mkdir()
    files = unpack(path, into)
    assert [f.relative_to(into).as_posix() for f in files] == ["甲/乙.dbf", "丙.shp"]
    assert files[0].read_bytes() == b"abc"


def test_names_in_gbk_without_the_utf8_flag_are_chinese(tmp_path: Path) -> None:
    raw = "耕地".encode("gbk")
    path = zipped(tmp_path, ("xxxx.shp", b"1"))
    path.write_bytes(path.read_bytes().replace(b"xxxx", raw))
    into = tmp_path / "out"
    into.mkdir()
    assert [f.name for f in unpack(path, into)] == ["耕地.shp"]


@pytest.mark.parametrize(
    "name", ["../x.shp", "a/../../x.shp", "/etc/x.shp", "C:/x.shp", "c:x.shp", "a\\..\\x.shp"]
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    refuse(zipped(tmp_path, (name, b"1")), "包外")


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refuse(zipped(tmp_path, (link, b"/etc/passwd")), "链接")


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a.shp", b"1"))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    refuse(path, "密码")


@pytest.mark.parametrize("inner", ["里层.zip", "里层.RAR", "a/里层.7z", "a.kmz", "b.tar.gz"])
def test_an_archive_in_the_archive_is_refused(tmp_path: Path, inner: str) -> None:
    refuse(zipped(tmp_path, (inner, b"1")), "还有压缩包")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, *((f"{i}.txt", b"") for i in range(4)))
    refuse(path, "4 个文件", Limits(entries=3))


def test_too_large_a_total_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a", b"x" * 600), ("b", b"y" * 600))
    refuse(path, "超过上限", Limits(total_bytes=1000))


def test_too_high_a_ratio_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a.dbf", b" " * 200_000))
    refuse(path, "压缩炸弹", Limits(ratio=50, ratio_floor_bytes=1000))


def test_sparse_small_files_may_compress_well(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a.dbf", b" " * 200_000))
    into = tmp_path / "out"
    into.mkdir()
    assert unpack(path, into)[0].stat().st_size == 200_000


def test_a_directory_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a.dbf", b"x" * 5000))
    raw = path.read_bytes()
    path.write_bytes(raw.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little")))
    refuse(path, "损坏", Limits(total_bytes=1000))


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    refuse(zipped(tmp_path, ("a.shp", b"1"), ("A.SHP", b"2")), "同名")


def test_a_file_that_is_also_a_folder_is_refused(tmp_path: Path) -> None:
    refuse(zipped(tmp_path, ("a", b"1"), ("a/b", b"2")), "重名")


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a.shp", bytes(range(256)) * 20))
    path.write_bytes(path.read_bytes()[:-30])
    refuse(path, "没有传完整")


def test_flipped_bytes_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.shp", b"hello world")
    path = tmp_path / "包.zip"
    path.write_bytes(buffer.getvalue().replace(b"hello", b"jello"))
    refuse(path, "损坏")


def test_litter_of_desktops_is_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("__MACOSX/._a.shp", b"1"), (".DS_Store", b"2"), ("a.shp", b"3"))
    into = tmp_path / "out"
    into.mkdir()
    assert [f.name for f in unpack(path, into)] == ["a.shp"]
