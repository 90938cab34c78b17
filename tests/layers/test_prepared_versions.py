"""Prepared layers of published versions: made by a job, mended when they are lost or damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
    monkeypatch.setattr(ready, "_open", {})
    return imported(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs)


def forgotten(monkeypatch: Any) -> None:
    """As another process would find it."""
    monkeypatch.setattr(ready, "_open", {})


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
