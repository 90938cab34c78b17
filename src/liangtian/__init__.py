"""Liangtian (量田): one map, one register and one set of books for a county's farmland."""

__version__ = "0.1.0"
