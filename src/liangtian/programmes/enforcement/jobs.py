"""The long work of the programme, and its work by the clock; importing this module registers both."""

from liangtian.platform.jobs.schedule import every
from liangtian.programmes.enforcement import freeze_jobs, remeasuring
from liangtian.programmes.enforcement.data_checks import running as checks
from liangtian.programmes.enforcement.dossiers import running as dossiers
from liangtian.programmes.enforcement.imports import running
from liangtian.programmes.enforcement.many import taking
from liangtian.programmes.enforcement.results import package as result_package
from liangtian.programmes.enforcement.warnings import propose_all

__all__ = [
    "checks", "dossiers", "freeze_jobs", "remeasuring", "result_package", "running", "taking",
    "warnings_daily",
]  # fmt: skip


@every("enforcement.warnings", 24 * 3600.0)
def warnings_daily() -> None:
    """Propose the warnings that the figures of the day call for."""
    propose_all()
