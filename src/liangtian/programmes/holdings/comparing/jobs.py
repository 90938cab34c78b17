"""The job of comparisons."""

from liangtian.programmes.holdings.comparing.running import compare

__all__ = ["compare"]
