"""The long work of the programme; importing this module registers its handlers."""

from liangtian.programmes.enforcement import remeasuring
from liangtian.programmes.enforcement.dossiers import running as dossiers
from liangtian.programmes.enforcement.imports import running

__all__ = ["dossiers", "remeasuring", "running"]
