from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "liangtian.platform.calendar"
    label = "calendar"
    verbose_name = "日历与提醒"
