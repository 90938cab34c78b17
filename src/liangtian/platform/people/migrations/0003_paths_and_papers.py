"""What older databases lack: paths of offices, grants behind the roles already given."""

from django.db import migrations


def fill(apps, schema_editor):
    office = apps.get_model("people", "Office")
    for row in office.objects.filter(path=""):
        row.path = f"{row.code}/"
        row.save(update_fields=["path"])
    grant, user = apps.get_model("people", "Grant"), apps.get_model("people", "User")
    for person in user.objects.all():
        for role in person.roles.all():
            grant.objects.create(
                user=person, role=role, region=person.region, state="active", reason="升级前已有"
            )


class Migration(migrations.Migration):
    dependencies = [("people", "0002_offices_grants_sessions"), ("regions", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
