"""Which pack is in force here, and keeping what was used."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.packs.models import PackVersion
from liangtian.policy.pack import Pack, available_packs, load_pack, parse_pack
from liangtian.policy.pack_errors import PackRefused, UnknownPack


def pack_named(name: str) -> Pack:
    """A pack as it is in force, with the county's own file over it where there is one.

    That file is `<pack id>.toml` in the folder LIANGTIAN_PACK_OVERRIDES. Refused when the folder is
    missing or the file cannot be used: a county that has values of its own is not judged without them.
    """
    folder: Path | None = settings.PACK_OVERRIDES
    if folder is None:
        return load_pack(name)
    if not folder.is_dir():
        raise Refused(
            f"本县参数文件夹 {folder} 不存在，请系统管理员检查 LIANGTIAN_PACK_OVERRIDES。"
        )
    own = folder / f"{name}.toml"
    try:
        return load_pack(name, own if own.exists() else None)
    except PackRefused as problem:
        raise Refused(f"{problem}。请系统管理员改正该文件。") from problem


def keep_version(pack: Pack) -> PackVersion:
    """Keep a pack's content at its first use; call it where a conclusion is stored that names the version."""
    with transaction.atomic():
        kept, new = PackVersion.objects.get_or_create(
            version=pack.version,
            defaults={
                "pack": pack.name, "title": pack.title, "county": pack.county,
                "content": pack.content.decode(),
                "overrides": None if pack.overrides is None else pack.overrides.decode(),
            },
        )  # fmt: skip
        if new:
            record(None, "packs.keep", kept, after={"pack": pack.name, "version": pack.version})
    return kept


def pack_at(version: str) -> Pack:
    """The pack of that very version: kept, or in force, or as it came. NotFound when none of these."""
    kept = PackVersion.objects.filter(version=version).first()
    if kept is not None:
        return parsed(kept)
    for name in available_packs():
        for pack in (pack_named(name), load_pack(name)):
            if pack.version == version:
                return pack
    raise NotFound(f"没有留存版本为 {version} 的政策参数。")


def parsed(kept: PackVersion) -> Pack:
    """The pack of a kept version; the same bytes give the same version."""
    own = kept.overrides
    name = f"{kept.pack}.toml"
    if own is None:
        return parse_pack(name, kept.content.encode())
    return parse_pack(name, kept.content.encode(), name, own.encode())


def pack_or_refuse(name: str) -> Pack:
    """The pack in force of that name; NotFound when there is none."""
    try:
        return pack_named(name)
    except UnknownPack as problem:
        raise NotFound(str(problem)) from problem
