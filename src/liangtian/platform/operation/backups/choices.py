"""Where backups go and under what passphrase: settings, unless the command says otherwise."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from liangtian.platform.errors import Refused
from liangtian.platform.operation.backups.sealing import Seal

SHORTEST = 12  # characters of a passphrase that is stored with the backups' guardian


def chosen_folder(given: Path | None = None) -> Path:
    """The folder of backups."""
    return (given or Path(settings.BACKUP_DIR)).resolve()


def chosen_seal(given: Path | None = None) -> Seal | None:
    """The passphrase from a file, if one is named. Refused (Chinese) for a missing or short one."""
    path = given or settings.BACKUP_PASSPHRASE_FILE
    if path is None:
        return None
    try:
        words = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"口令文件“{path}”不能读取({error.strerror})。") from error
    if len(words) < SHORTEST:
        raise Refused(f"备份口令至少 {SHORTEST} 个字符，请换一个更长的口令。")
    return Seal(words)
