"""The job of proposals in bulk."""

from liangtian.programmes.holdings.judging.proposing import propose_all

__all__ = ["propose_all"]
