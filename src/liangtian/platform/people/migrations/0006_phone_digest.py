"""Phones are found by their whole number: the keyed digest beside the sealed text, filled for who is there."""

from typing import Any

from django.db import migrations

import liangtian.platform.personal_digest


def fill(apps: Any, editor: Any) -> None:
    model = apps.get_model("people", "User")
    made = model._meta.get_field("phone_digest").made
    for pk, phone in model.objects.exclude(phone="").values_list("pk", "phone"):
        model.objects.filter(pk=pk).update(phone_digest=made(phone))


class Migration(migrations.Migration):
    dependencies = [("people", "0005_signed_out_elsewhere")]

    operations = [
        migrations.AddField(
            "user",
            "phone_digest",
            liangtian.platform.personal_digest.DigestField(of="phone", verbose_name="联系电话摘要"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
