"""The job of holder files in bulk."""

from liangtian.programmes.holdings.dossier.making import make_files

__all__ = ["make_files"]
