from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PeopleConfig(AppConfig):
    name = "liangtian.platform.people"
    label = "people"
    verbose_name = "机构人员"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from liangtian.platform.people import guards, sessions

        pre_migrate.connect(guards.lift, sender=self)
        post_migrate.connect(guards.put_back, sender=self)
        user_logged_in.connect(sessions.started)
