"""Unpacking a .zip that a stranger sent: bounded in size, ratio and count, never outside its folder.

Every rule is checked on the directory of the archive before a byte is written, and the sizes are
checked again on the bytes that really come out, because the directory may lie.
"""

from __future__ import annotations

import errno
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from liangtian.geo.formats.model import FormatRefused

MIB = 1024 * 1024
MAX_ENTRIES = 5_000
MAX_TOTAL_BYTES = 4096 * MIB
MAX_RATIO = 400
# Wide empty DBF columns and sparse geodatabase indexes compress very well; the ratio only says
# something about large content.
RATIO_FLOOR_BYTES = 64 * MIB
MAX_NAME_BYTES = 255

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_CHUNK = MIB
_NESTED = (".zip", ".kmz", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab")
_IGNORED = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True)
class Limits:
    """Caps on one archive: entries, bytes unpacked in total, and unpacked to packed ratio."""

    entries: int = MAX_ENTRIES
    total_bytes: int = MAX_TOTAL_BYTES
    ratio: int = MAX_RATIO
    ratio_floor_bytes: int = RATIO_FLOOR_BYTES


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name of an entry; without the UTF-8 flag its bytes are tried as UTF-8, then GB18030."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _refuse_name(name: str) -> None:
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts or "\\" in name:
        raise FormatRefused(
            f"压缩包里有指向包外的路径“{name}”，已拒收。请用系统自带的压缩功能重新打包后再上传。"
        )
    if any(ord(c) < 32 for c in name) or "" in parts or "." in parts:
        raise FormatRefused(f"压缩包里有不合规的文件名“{name!r}”，已拒收。请改名后重新打包。")
    if any(len(part.encode("utf-8", "replace")) > MAX_NAME_BYTES for part in parts):
        raise FormatRefused(f"压缩包里的文件名过长：“{name[:40]}…”。请缩短后重新打包。")


def _refuse_entry(info: zipfile.ZipInfo, name: str) -> None:
    _refuse_name(name)
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FormatRefused(
            f"压缩包里的“{name}”是链接或特殊文件，已拒收。请打包文件本身，不要打包快捷方式。"
        )
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise FormatRefused(f"压缩包里的“{name}”设了密码，无法读取。请去掉密码后重新打包。")
    if name.lower().endswith(_NESTED):
        raise FormatRefused(
            f"压缩包里还有压缩包“{name}”。请先解开，把里面的数据直接打成一个 zip 再上传。"
        )


def _refuse_bomb(size: int, packed: int, limits: Limits) -> None:
    if size > limits.total_bytes:
        raise FormatRefused(
            f"压缩包解开后有 {size / MIB:.0f} MB，超过上限 {limits.total_bytes / MIB:.0f} MB，已拒收。"
            "请分批上传。"
        )
    if size > limits.ratio_floor_bytes and size > limits.ratio * max(packed, 1):
        raise FormatRefused(
            f"压缩包的压缩比达到 {size / max(packed, 1):.0f} 倍，超过上限 {limits.ratio} 倍，"
            "疑似压缩炸弹，已拒收。请核对文件来源。"
        )


def plan(archive: zipfile.ZipFile, limits: Limits) -> list[tuple[zipfile.ZipInfo, str]]:
    """The entries worth unpacking with their real names.

    Raises FormatRefused for a bomb, a slip, a link, an encrypted or nested entry, or two entries
    that would land on one name.
    """
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise FormatRefused(
            f"压缩包里有 {len(infos)} 个文件，超过上限 {limits.entries} 个，已拒收。请分批上传。"
        )
    chosen: list[tuple[zipfile.ZipInfo, str]] = []
    seen: set[str] = set()
    for info in infos:
        name = entry_name(info)
        if _IGNORED.search(name):
            continue
        _refuse_entry(info, name)
        if name.casefold() in seen:
            raise FormatRefused(f"压缩包里有两个同名文件“{name}”，无法判断用哪一个。请重新打包。")
        seen.add(name.casefold())
        chosen.append((info, name))
    _refuse_bomb(
        sum(i.file_size for i, _ in chosen), sum(i.compress_size for i, _ in chosen), limits
    )
    return chosen


def unpack(path: Path, into: Path, limits: Limits | None = None) -> list[Path]:
    """Unpack the archive at `path` under the existing folder `into`; the files written, in order.

    Raises FormatRefused (Chinese) for anything unsafe or broken; what was written before the fault
    stays in `into`, which the caller throws away.
    """
    limits = limits or Limits()
    written: list[Path] = []
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for info, name in plan(archive, limits):
                target = into.joinpath(*PurePosixPath(name).parts)
                if name.endswith("/"):
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                total += _copy(archive, info, target, limits.total_bytes - total)
                written.append(target)
    except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
        raise _broken(path, fault) from fault
    except (NotImplementedError, RuntimeError) as fault:
        raise FormatRefused(
            f"压缩包“{path.name}”用了不支持的压缩方式。请用系统自带的 zip 压缩重新打包。",
            detail=str(fault),
        ) from fault
    except UnicodeDecodeError as fault:
        raise _broken(path, fault) from fault
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as fault:
        raise FormatRefused(
            f"压缩包“{path.name}”里的文件与文件夹重名，无法解开。请重新打包。", detail=str(fault)
        ) from fault
    except OSError as fault:
        if fault.errno != errno.EINVAL:  # a seek to an offset the directory made up
            raise
        raise _broken(path, fault) from fault
    return written


def _broken(path: Path, fault: Exception) -> FormatRefused:
    return FormatRefused(
        f"压缩包“{path.name}”已损坏或没有传完整，无法解开。请重新打包并完整上传。",
        detail=str(fault),
    )


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, allowed: int) -> int:
    done = 0
    with archive.open(info) as source, target.open("xb") as sink:
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            if done > allowed:
                raise FormatRefused("压缩包解开后的实际大小超过上限，疑似压缩炸弹，已拒收。")
            sink.write(chunk)
    return done
