"""The background work of holdings, part by part."""

from liangtian.programmes.holdings.fees import jobs as _fees  # noqa: F401
