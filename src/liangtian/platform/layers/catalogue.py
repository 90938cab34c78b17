"""The catalogue of layers that comes with the system, and the names it gives to fields."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from liangtian.platform.layers.models import Layer

_PLAIN = ("name", "group", "category_label", "geometry_note", "owner_office", "source_names")


@cache
def catalogue() -> dict[str, Any]:
    """The data file as it is."""
    return tomllib.loads(_text("catalogue.toml"))


@cache
def land_classes() -> dict[str, dict[str, str]]:
    """The survey work classification (三调工作分类, TD/T 1055-2019): code -> name, level1, major_class."""
    rows = csv.DictReader(_text("land_classes.csv").splitlines())
    return {row["code"]: row for row in rows}


def field_label(name: str) -> str:
    """The Chinese name of a standard field; the field's own name when it is not a standard one."""
    return str(catalogue()["labels"].get(name.upper(), name))


def whole_area_fields() -> frozenset[str]:
    """Fields that state the area of a whole figure."""
    return frozenset(catalogue()["area_fields"]["names"])


def ensure_layers() -> None:
    """Create the layers of the catalogue or bring them up to date."""
    for position, entry in enumerate(catalogue()["layer"]):
        values = {name: entry[name] for name in _PLAIN if name in entry}
        made = _LEGENDS.get(entry.get("legend_from", ""))
        legend = made() if made else [_single(entry)]
        Layer.objects.update_or_create(
            code=entry["code"],
            defaults={
                **values,
                "fields": entry.get("fields", {}),
                "exclusive": entry.get("exclusive", False),
                "rules": entry.get("rules", ""),
                "legend_name": entry.get("legend_name", entry["name"]),
                "legend": legend,
                "position": position,
            },
        )


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _single(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": entry["code"],
        "label": entry["name"],
        "fill": entry["fill"],
        "stroke": entry["stroke"],
        "hatch": entry.get("hatch", False),
    }


def _land_legend() -> list[dict[str, Any]]:
    palette = catalogue()["palette"]
    legend = []
    for code, row in land_classes().items():
        fill = palette["exact"].get(code, palette[row["level1"][:2]])
        legend.append(
            {"code": code, "label": row["name"], "fill": fill, "stroke": "#6b6b6b", "hatch": False}
        )
    return legend


def _planned_legend() -> list[dict[str, Any]]:
    return [
        {"code": code, "label": label, "fill": fill, "stroke": "#6b6b6b", "hatch": False}
        for code, (label, fill) in catalogue()["planned_uses"].items()
    ]


_LEGENDS = {"land_classes": _land_legend, "planned_uses": _planned_legend}
