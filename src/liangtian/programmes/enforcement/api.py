"""Patches over HTTP."""

from __future__ import annotations

from ninja import Router

from liangtian.programmes.enforcement.api_imports import router as imports

router = Router(tags=["enforcement"])
router.add_router("", imports)
