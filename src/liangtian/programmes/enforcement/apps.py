from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    name = "liangtian.programmes.enforcement"
    label = "enforcement"
    verbose_name = "卫片执法"

    def ready(self) -> None:
        import liangtian.programmes.enforcement.freeze_ledger
        import liangtian.programmes.enforcement.letters_minutes
        import liangtian.programmes.enforcement.map_source
        import liangtian.programmes.enforcement.result_ledger  # noqa: F401
