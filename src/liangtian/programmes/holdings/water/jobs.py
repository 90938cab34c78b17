"""The long work of water; importing this module registers it."""

from liangtian.programmes.holdings.water import runs

__all__ = ["runs"]
