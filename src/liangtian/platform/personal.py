"""Personal information: how sensitive it is, encrypted where it is stored, masked where it is shown.

Columns are encrypted with AES-256-GCM (GB/T 22239-2019 8.1.4.8: storage of important personal data).
The keys are lines of `personal-key` in the data folder, or of LIANGTIAN_PERSONAL_KEY separated by commas;
the first encrypts, all decrypt, so that a key is changed by putting a new one first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from liangtian.platform.errors import Refused
from liangtian.platform.masks import mask_bank_card, mask_id_number, mask_name, mask_phone

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FILE = "personal-key"


class KeyMissing(Refused):
    """The key that encrypted a value is not among the keys at hand."""

    def __init__(self) -> None:
        super().__init__(
            "加密的个人信息无法读取：缺少加密时使用的密钥。请系统管理员恢复数据目录中的 personal-key 文件。",
            code="key_missing",
            status=500,
        )


def new_key() -> str:
    """A key as it stands in the key file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def keys() -> dict[str, bytes]:
    """The keys at hand by their short names, the one that encrypts first."""
    if given := os.environ.get("LIANGTIAN_PERSONAL_KEY"):
        return _parsed(given.replace(",", "\n"))
    path = Path(settings.DATA) / KEY_FILE
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_key() + "\n")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, bytes]:
    return _parsed(path.read_text("ascii"))


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, bytes]:
    keys = {}
    for line in text.split():
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise Refused("个人信息密钥格式不对：每行应为 32 字节的 Base64 文本。", status=500)
        keys[hashlib.sha256(key).hexdigest()[:8]] = key
    if not keys:
        raise Refused("个人信息密钥文件是空的。请恢复备份中的 personal-key。", status=500)
    return keys


def encrypt(text: str, column: str) -> str:
    """Key name and sealed text; sealed for one column, so that it cannot be moved to another."""
    at_hand = keys()
    name = next(iter(at_hand))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(at_hand[name]).encrypt(nonce, text.encode(), column.encode())
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, column: str) -> str:
    """The text. Raises KeyMissing when its key is gone or the stored value was altered."""
    name, _, sealed = stored.partition(":")
    key = keys().get(name)
    if key is None:
        raise KeyMissing
    raw = base64.b64decode(sealed)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], column.encode()).decode()
    except InvalidTag as error:
        raise KeyMissing from error


def names() -> list[str]:
    """The short names of the keys at hand, the one that encrypts first."""
    return list(keys())


def key_of(stored: str) -> str:
    """The short name of the key that sealed a stored value."""
    return stored.partition(":")[0]


class EncryptedTextField(models.TextField[str, str]):
    """A text that the database never sees in clear. Empty stays empty.

    It is searched by its whole value only, where a `DigestField` stands beside it.
    """

    @property
    def sealed_for(self) -> str:
        """What its values are sealed for."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value, self.sealed_for) if value else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        value = super().get_db_prep_save(value, connection)
        return encrypt(value, self.sealed_for) if value else value


Sensitivity = Literal["none", "staff", "name", "phone", "id_number", "bank_account"]


@dataclass(frozen=True)
class Level:
    """What a sensitivity is called, and how its values are masked; None: they are shown as they are."""

    label: str
    mask: Callable[[str], str] | None


# Who acts in office (履职人员) is named in the open: that is what a signature is for.
LEVELS: dict[Sensitivity, Level] = {
    "none": Level("", None),
    "staff": Level("履职人员姓名", None),
    "name": Level("个人姓名", mask_name),
    "phone": Level("联系电话", mask_phone),
    "id_number": Level("身份证号", mask_id_number),
    "bank_account": Level("银行账号", mask_bank_card),
}
_LOOKS: tuple[tuple[Sensitivity, str], ...] = (
    ("phone", r"phone|mobile|(^|_)tel(_|$)|电话|手机"),
    ("id_number", r"id_?(number|card|no)(_|$)|identity|身份证|证件号"),
    ("bank_account", r"bank|iban|银行|账户号|卡号"),
    ("name", r"姓名|(^|_)(person|owner|tenant|farmer|holder|household|contact|payee)(_name|$)|户主|承包方代表|联系人"),
)  # fmt: skip


def masked(sensitivity: Sensitivity, value: Any) -> Any:
    """The value as it is shown to everyone; what is empty stays empty."""
    mask = LEVELS[sensitivity].mask
    return mask(str(value)) if mask and value not in (None, "") else value


def looks_like(field: models.Field[Any, Any]) -> Sensitivity:
    """What a column of a table seems to hold, by its name, its label and whether it is encrypted.

    A guess for the check that nothing personal is shown undeclared; what a ledger declares is what counts.
    """
    said = f"{field.name} {field.verbose_name}".lower()
    for sensitivity, pattern in _LOOKS:
        if any(re.search(pattern, word) for word in said.split()):
            return sensitivity
    return "name" if isinstance(field, EncryptedTextField) else "none"
