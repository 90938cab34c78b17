"""Encrypted numbers found by their whole value: a keyed digest stands beside the sealed text (按完整号码查询).

The digest is an HMAC-SHA256 under a key derived from each personal key, one for each column, so that equal
numbers of two tables cannot be matched by who only has the database. It begins with the short name of its
key, as the sealed text does, and is made anew with it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import models

from liangtian.platform import personal

_MARKS = re.compile(r"[\s\-‐‑–—()·.]")
_HOME = re.compile(r"^(\+|00)86")
_DIGEST = re.compile(r"[0-9a-f]{8}:[0-9a-f]{64}")
LONGEST = 8 + 1 + 64


def normalised(number: str) -> str:
    """The number as it is compared: half-width, without blanks, dashes and +86, x as X."""
    text = _MARKS.sub("", unicodedata.normalize("NFKC", number)).upper()
    return _HOME.sub("", text)


def digests(number: str, column: str) -> list[str]:
    """The digests of a number under every key at hand, that of the first key first; none for no number."""
    text = normalised(number).encode()
    if not text:
        return []
    return [
        f"{name}:{hmac.new(_derived(key, column), text, hashlib.sha256).hexdigest()}"
        for name, key in personal.keys().items()
    ]


def are_digests(text: str) -> bool:
    """Whether a condition consists of digests, as `digests` made them, with commas between."""
    return all(_DIGEST.fullmatch(one) for one in text.split(","))


def _derived(key: bytes, column: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"liangtian digest {column}".encode()).derive(key)


class DigestField(models.CharField[str, str]):
    """The digest of the encrypted column `of` of the same table; empty where that is empty."""

    def __init__(self, *args: Any, of: str, **options: Any) -> None:
        self.of = of
        given = {"max_length": LONGEST, "blank": True, "default": "", "editable": False,
                 "db_index": True}  # fmt: skip
        super().__init__(*args, **{**given, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of}

    @property
    def sealed_for(self) -> str:
        """What the values of the encrypted column are sealed for."""
        sealed: Any = self.model._meta.get_field(self.of)
        return str(sealed.sealed_for)

    def made(self, number: str) -> str:
        """What stands in the column for a number."""
        return next(iter(digests(number, self.sealed_for)), "")

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.made(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value


class WithDigests(models.Model):
    """A table with digests: whoever saves an encrypted column by name saves its digest with it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if update_fields is not None:
            named = set(update_fields)
            update_fields = named | {f.name for f in digest_fields(type(self)) if f.of in named}
        super().save(*args, update_fields=update_fields, **options)


def digest_fields(model: type[models.Model]) -> list[DigestField]:
    """The digest columns of a table."""
    return [f for f in model._meta.concrete_fields if isinstance(f, DigestField)]
