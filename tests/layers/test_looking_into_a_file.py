"""What an import shows of a file before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.services import ensure_catalogue
from tests.conftest import SIDE
from tests.layers.deliveries import delivery, handed_in, point_at, survey_plots

pytestmark = pytest.mark.django_db


def read(client: Any, file: Any, **choices: str) -> Any:
    ensure_catalogue()
    return client.get(f"/api/layers/files/{file.pk}/reading", {"layer_code": "dltb", **choices})


def test_a_file_is_shown_with_fields_rows_coordinates_and_extent_before_anything_is_stored(
    people: Any, signed_in: Any, tmp_path: Path
) -> None:
    file = handed_in(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()))
    shown = read(signed_in(people.clerk), file).json()
    assert shown["category_field"] == "DLBM"
    assert shown["problems"] == {}
    assert "4526" in shown["crs_label"]
    assert (shown["count"], shown["source_layer"]) == (4, "DLTB")
    assert shown["preview"][0]["DLMC"] == "水田"
    assert {"name": "DLMC", "label": "地类名称", "type": "text"} in shown["fields"]
    lon, lat = point_at(SIDE, 5050)
    west, south, east, north = shown["bounds"]
    assert west < lon < east
    assert south < lat < north
    assert not LayerVersion.objects.exists()


def test_the_wrong_encoding_shows_wrong_words_and_the_right_one_right_words(
    people: Any, signed_in: Any, tmp_path: Path
) -> None:
    file = handed_in(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()))
    client = signed_in(people.clerk)
    assert read(client, file, encoding="GB18030").json()["preview"][0]["DLMC"] == "水田"
    wrong = read(client, file, encoding="UTF-8")
    assert wrong.status_code == 422 or wrong.json()["preview"][0]["DLMC"] != "水田"


def test_a_missing_category_field_is_said_beside_the_field(
    people: Any, signed_in: Any, tmp_path: Path
) -> None:
    plots, columns = survey_plots()
    file = handed_in(people.clerk, delivery(tmp_path, "TB", plots, {"TBBH": columns["TBBH"]}))
    shown = read(signed_in(people.clerk), file).json()
    assert "DLBM" in shown["problems"]["category_field"]
    assert shown["needs_category"] is True


def test_coordinates_that_cannot_be_held_are_said_beside_the_system(
    people: Any, signed_in: Any, tmp_path: Path
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots(), crs=3857)
    shown = read(signed_in(people.clerk), handed_in(people.clerk, path)).json()
    assert shown["problems"]["crs"]
    assert shown["bounds"] is None


def test_a_layer_that_is_not_in_the_file_is_refused_beside_the_choice(
    people: Any, signed_in: Any, tmp_path: Path
) -> None:
    file = handed_in(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()))
    answer = read(signed_in(people.clerk), file, source_layer="没有")
    assert answer.status_code == 422, answer.content
    assert "DLTB" in answer.json()["error"]["fields"]["source_layer"]
