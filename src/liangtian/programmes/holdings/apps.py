from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

# Parts of the programme declare their acts, ledgers, jobs, letters and triggers as apps do.
PARTS = (
    "notices", "judging", "comparing", "dossier", "water", "measures", "buildings", "lists",
    "registering", "referring",
)  # fmt: skip
ROOMS = ("acts", "ledgers", "jobs", "letters", "frozen", "map_source")


class HoldingsConfig(AppConfig):
    name = "liangtian.programmes.holdings"
    label = "holdings"
    verbose_name = "承包经营"

    def ready(self) -> None:
        import liangtian.programmes.holdings.map_source  # noqa: F401

        for part in PARTS:
            for room in ROOMS:
                if find_spec(where := f"{self.name}.{part}.{room}"):
                    import_module(where)
