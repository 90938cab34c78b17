"""The parts of a judged patch sum to it, and what was judged does not change under the judgement."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_PATCH, _PART = "enforcement_patch", "enforcement_patchpart"
# Sums are compared to half of the last figure: SQLite adds binary numbers.
_SUM = f"(SELECT COALESCE(SUM(p.%s), 0) FROM {_PART} p WHERE p.patch_id = NEW.id)"
_WHOLE = (
    f"ABS({_SUM % 'm2'} - NEW.area_m2) < 0.005 AND (NEW.farmland_m2 IS NULL OR "
    f"ABS({_SUM % 'farmland_m2'} - NEW.farmland_m2) < 0.005)"
)
_JUDGED = (
    f"EXISTS (SELECT 1 FROM {_PATCH} j WHERE j.id = %s.patch_id AND j.judgement_outcome <> '')"
)
_NEEDS = (f"{_PATCH}.confirmed_by_id", f"{_PART}.farmland_m2")

declare(
    Rule("patch_parts_sum", _PATCH, "UPDATE",
         "NEW.judgement_outcome <> '' AND "
         f"({differs('judgement_outcome', 'area_m2', 'farmland_m2')}) AND NOT ({_WHOLE})",
         "图斑各部分面积之和与图斑面积不符", _NEEDS),
    Rule("patch_part_added", _PART, "INSERT", _JUDGED % "NEW", "已判定的图斑不能再分割", _NEEDS),
    Rule("patch_part_set", _PART, "UPDATE",
         f"({differs('m2', 'farmland_m2', 'patch_id', 'judgement')}) AND {_JUDGED % 'NEW'}",
         "已判定的图斑各部分不能改动", _NEEDS),
    Rule("patch_part_gone", _PART, "DELETE", _JUDGED % "OLD", "已判定的图斑各部分不能删除", _NEEDS),
    Rule("archived_dossier_kept", "enforcement_archiveddossier", "UPDATE",
         differs("patch_id", "version", "fonds", "catalogue", "file_number", "retention", "pdf_id",
                 "originals_id", "missing", "reason", "archived_by_id", "archived_at"),
         "已归档的卷宗不能改动"),
    Rule("freeze_move_kept", "enforcement_freezemove", "UPDATE", ALWAYS,
         "增违挂钩变动不能改动", ("enforcement_freezemove",)),
    Rule("freeze_move_not_deleted", "enforcement_freezemove", "DELETE", ALWAYS,
         "增违挂钩变动不能删除", ("enforcement_freezemove",)),
    Rule("result_package_kept", "enforcement_resultpackage", "UPDATE",
         f"({differs('sheet_id', 'letter_id', 'file_id', 'sha256', 'manifest', 'made_by_id', 'made_at')}) "
         "OR (OLD.reported_on IS NOT NULL)",
         "已生成的成果包不能改动，已登记的报送不能更改", ("enforcement_resultpackage",)),
    Rule("result_package_not_deleted", "enforcement_resultpackage", "DELETE", ALWAYS,
         "已生成的成果包不能删除", ("enforcement_resultpackage",)),
)  # fmt: skip
