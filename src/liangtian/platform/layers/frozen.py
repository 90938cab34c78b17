"""A published version of a layer does not change, nor do its figures.

Withdrawing changes only the status and the notes, which stay free. The region takes a new code only by a
registered change (区划变更), which keeps the old one in its lineage.
"""

from liangtian.platform.triggers import Event, Rule, declare, differs

_FIXED = ("layer_id", "label", "valid_from", "valid_to", "source_file_id",
          "feature_count", "area_m2")  # fmt: skip
_IN_USE = "IN ('published','withdrawn')"
_SAID = "已发布的图层版本不能改动"
_RECODED = "EXISTS (SELECT 1 FROM regions_regionlineage WHERE old_code = OLD.region_id AND new_code = NEW.region_id)"
_CHANGED = f"{differs(*_FIXED)} OR ({differs('region_id')} AND NOT {_RECODED})"
_PARTS = ("layers_feature", "layers_originalfigure", "layers_layercut")
_NEEDS = ("layers_layerversion", *_PARTS)
_EVENTS: tuple[Event, ...] = ("INSERT", "UPDATE", "DELETE")


def _named(table: str, event: Event) -> str:
    return f"{table}_frozen" + ("" if event == "UPDATE" else f"_{event.lower()}")


def _of_version(table: str, event: Event) -> Rule:
    row = "NEW" if event == "INSERT" else "OLD"
    status = f"(SELECT status FROM layers_layerversion WHERE id = {row}.version_id)"
    return Rule(_named(table, event), table, event, f"{status} {_IN_USE}", _SAID, _NEEDS)


declare(
    Rule("layers_layerversion_frozen", "layers_layerversion", "UPDATE",
         f"OLD.status {_IN_USE} AND ({_CHANGED})", _SAID, _NEEDS),
    Rule("layers_layerversion_frozen_delete", "layers_layerversion", "DELETE",
         f"OLD.status {_IN_USE}", _SAID, _NEEDS),
    *(_of_version(table, event) for table in _PARTS for event in _EVENTS),
)  # fmt: skip
