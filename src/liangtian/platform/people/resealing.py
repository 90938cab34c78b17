"""All personal data sealed anew under the first key, so that an old key may go (密钥更换)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from liangtian.platform import personal
from liangtian.platform.audit.services import record
from liangtian.platform.personal import EncryptedTextField
from liangtian.platform.personal_digest import digest_fields

AT_ONCE = 500


def reseal() -> dict[str, int]:
    """Values sealed anew by column; those under the first key already stay. Can be run again when cut short.

    Raises KeyMissing when a value's key is not at hand; chunks done before it stay done.
    """
    done = {}
    for field in _columns():
        count = 0
        while moved := _some(field):
            count += moved
        done[field.sealed_for] = count
    if any(done.values()):
        with transaction.atomic():
            record(None, "personal.reseal", personal.names()[0], after=dict(done))
    return done


def in_use() -> set[str]:
    """The short names of all keys that some value is sealed with."""
    return {
        personal.key_of(raw)
        for f in _columns()
        for raw in _sealed(f).values_list("raw", flat=True).iterator()
    }


def _columns() -> Iterator[EncryptedTextField]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield field


def _sealed(field: EncryptedTextField) -> models.QuerySet[Any]:
    """Rows with a value, which is at hand as it is stored: `raw`."""
    raw = Cast(field.name, models.TextField())
    return field.model._base_manager.annotate(raw=raw).exclude(raw="")


def _some(field: EncryptedTextField) -> int:
    """Seal some values anew, in a transaction; how many. A value changed meanwhile is left to the next round."""
    old = _sealed(field).exclude(raw__startswith=f"{personal.names()[0]}:")
    with transaction.atomic():
        rows = list(old.order_by("pk").values_list("pk", "raw")[:AT_ONCE])
        for pk, raw in rows:
            text = personal.decrypt(raw, field.sealed_for)
            beside = {
                f.name: f.made(text) for f in digest_fields(field.model) if f.of == field.name
            }
            _sealed(field).filter(pk=pk, raw=raw).update(**{field.name: text}, **beside)
    return len(rows)
