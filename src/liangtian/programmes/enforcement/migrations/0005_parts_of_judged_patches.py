"""Patches judged before parts were judged get their single part, or the judgement on the parts they have."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import migrations

MU_PER_M2, CENT = Decimal("0.0015"), Decimal("0.01")


def give_parts(apps: Any, schema_editor: Any) -> None:
    patch_model = apps.get_model("enforcement", "Patch")
    part_model = apps.get_model("enforcement", "PatchPart")
    for patch in patch_model.objects.exclude(judgement_outcome="").iterator():
        outcome, parts = patch.judgement_outcome, list(part_model.objects.filter(patch=patch))
        farmland = patch.farmland_m2
        if not parts:
            mu = None
            if farmland is not None:
                mu = (farmland * MU_PER_M2).quantize(CENT, ROUND_HALF_UP)
            part_model.objects.create(
                patch=patch, order=1, m2=patch.area_m2, farmland_m2=farmland, farmland_mu=mu,
                pbf_m2=patch.pbf_m2, outcome=patch.proposal_outcome, judgement=outcome,
            )  # fmt: skip
            continue
        for part in parts:
            part.judgement = part.outcome if outcome == "split" else outcome
            part.save(update_fields=["judgement"])


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0004_stages")]
    operations = [migrations.RunPython(give_parts, migrations.RunPython.noop)]
