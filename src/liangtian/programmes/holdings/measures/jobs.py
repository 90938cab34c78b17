"""What the clock does about arrears; importing this module registers it."""

from liangtian.programmes.holdings.measures import stopping

__all__ = ["stopping"]
