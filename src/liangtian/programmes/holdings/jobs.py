"""The background work of holdings, part by part."""

from liangtian.programmes.holdings import classing as _classing  # noqa: F401
from liangtian.programmes.holdings.fees import jobs as _fees  # noqa: F401
from liangtian.programmes.holdings.intake import running as _intake  # noqa: F401
