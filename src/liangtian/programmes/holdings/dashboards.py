"""The dashboards of holdings, part by part."""

from liangtian.programmes.holdings.fees import dashboards as _fees  # noqa: F401
