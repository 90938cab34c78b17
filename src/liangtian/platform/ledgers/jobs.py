"""Jobs of the ledgers, found by the registry."""

from __future__ import annotations

from liangtian.platform.ledgers import exports

__all__ = ["exports"]
