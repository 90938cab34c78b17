"""A made-up county (青禾县) to try the product with: invented land, papers and people."""

from .files import ManifestFile
from .generate import Manifest, generate
from .photos import Photo

__all__ = ["Manifest", "ManifestFile", "Photo", "generate"]
