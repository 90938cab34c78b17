"""Prepared layers of published versions: made by a job, mended when they are lost or damaged."""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liangtian.geo import compiled
from liangtian.geo.overlay import prepared
from liangtian.geo.overlay.coverage import shares
from liangtian.platform.jobs.models import Job
from liangtian.platform.layers import ready
from liangtian.platform.layers.jobs import prepare_again
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.services import publish
from tests.layers.deliveries import delivery, imported, survey_plots


@pytest.fixture
def version(people: Any, tmp_path: Path, run_jobs: Any, monkeypatch: Any) -> LayerVersion:
    """A checked version, in a process that has opened nothing yet."""
    monkeypatch.setattr(ready, "_open", OrderedDict())
    monkeypatch.setattr(ready, "_whole", {})
    return imported(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs)


def forgotten(monkeypatch: Any) -> None:
    """As another process would find it."""
    monkeypatch.setattr(ready, "_open", OrderedDict())
    monkeypatch.setattr(ready, "_whole", {})


def test_after_publishing_a_job_prepares_the_version(
    people: Any, version: LayerVersion, run_jobs: Any, monkeypatch: Any
) -> None:
    assert ready.opened(version) is None
    with pytest.raises(ValueError, match="may still change"):
        ready.make(version)
    version = publish(people.clerk, version)
    (job,) = [job for job in run_jobs() if job.kind == "layers.prepare"]
    assert job.status == "done", job.error
    assert job.result["pieces"] == version.feature_count
    forgotten(monkeypatch)
    layer = ready.opened(version)
    assert layer is not None
    features = {f.pk: f for f in version.features.all()}
    assert sorted(layer.ids.tolist()) == sorted(features)
    plots = np.empty(len(features), dtype=object)
    plots[:] = [features[pk].geom for pk in layer.ids.tolist()]
    found = shares(plots, layer)
    assert found.plot.tolist() == found.source.tolist(), "each figure lies in itself alone"
    for pk, code in zip(layer.ids.tolist(), layer.codes.tolist(), strict=True):
        assert layer.names[code] == features[pk].category


def test_what_is_lost_or_damaged_is_made_again(
    people: Any, version: LayerVersion, run_jobs: Any, monkeypatch: Any
) -> None:
    version = publish(people.clerk, version)
    run_jobs()
    path = ready.path_of(version)
    good = path.read_bytes()
    for harm in (lambda: path.write_bytes(good[:900] + b"?" + good[901:]), path.unlink):
        forgotten(monkeypatch)
        harm()
        assert ready.opened(version) is None
        prepare_again()
        prepare_again()
        waiting = Job.objects.filter(kind="layers.prepare", status=Job.Status.QUEUED)
        assert waiting.count() == 1, "ordered once"
        run_jobs()
        assert path.read_bytes() == good, "the same bytes each time"
        forgotten(monkeypatch)
        assert ready.opened(version) is not None
    prepare_again()
    assert not Job.objects.filter(kind="layers.prepare", status=Job.Status.QUEUED).exists()


def test_measuring_does_not_wait_for_the_job(people: Any, version: LayerVersion) -> None:
    version = publish(people.clerk, version)
    left = ready.path_of(version).with_name(f"{version.pk}-1.layer")
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"of another version under this number")
    assert len(ready.prepared(version).ids) == version.feature_count
    assert [p.name for p in left.parent.glob(f"{version.pk}-*")] == [ready.path_of(version).name]


def test_a_file_is_verified_once_and_few_stay_open(
    people: Any, version: LayerVersion, monkeypatch: Any
) -> None:
    version = publish(people.clerk, version)
    checked: list[Path] = []
    ready.make(version)
    monkeypatch.setattr(prepared, "verify", checked.append)
    forgotten(monkeypatch)
    first = ready.opened(version)
    assert ready.opened(version) is first
    monkeypatch.setattr(ready, "OPEN_AT_ONCE", 2)
    assert first is not None
    for n in range(3):
        ready._kept_open(Path(f"{n}.layer"), first)
    assert list(ready._open) == [Path("1.layer"), Path("2.layer")]
    assert ready.opened(version) is not None
    assert checked == [ready.path_of(version)]


def test_who_wants_another_layer_does_not_wait_for_a_checksum(
    people: Any, version: LayerVersion, monkeypatch: Any
) -> None:
    version = publish(people.clerk, version)
    ready.make(version)
    forgotten(monkeypatch)
    free: list[bool] = []
    monkeypatch.setattr(prepared, "verify", lambda path: free.append(not ready._opening.locked()))
    assert ready.opened(version) is not None
    assert free == [True]


def test_files_of_withdrawn_versions_and_old_code_go(
    people: Any, version: LayerVersion, tmp_path: Path
) -> None:
    version = publish(people.clerk, version)
    ready.make(version)
    path = ready.path_of(version)
    half = path.with_name(".half")
    half.write_bytes(b"")
    for one in (path, half):
        os.utime(one, (0, 0))
    assert ready.drop_unused() == 1
    assert path.exists()
    LayerVersion.objects.filter(pk=version.pk).update(status=LayerVersion.Status.WITHDRAWN)
    assert ready.drop_unused() == 1
    assert not path.exists()
    version.refresh_from_db()
    assert len(ready.prepared(version).ids) == version.feature_count, (
        "made again where it is needed"
    )
    assert ready.drop_unused() == 0
    for name, age in (("compiled-old", 0), ("compiled-new", None), ("other", 0)):
        (tmp_path / name).mkdir()
        if age is not None:
            os.utime(tmp_path / name, (age, age))
    assert compiled.drop_old_code(tmp_path) == 1
    assert {"compiled-new", "other"} <= {p.name for p in tmp_path.iterdir()}
    assert not (tmp_path / "compiled-old").exists()
