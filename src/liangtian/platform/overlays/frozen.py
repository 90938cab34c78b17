"""A finished run and its rows stay as they were measured; only the run as a whole can be discarded."""

from liangtian.platform.bulk_keys import declare_keys
from liangtian.platform.triggers import Rule, declare, differs

_FIXED = ("title", "source", "source_key", "as_of", "ordered", "near_id", "near_m", "engine", "pack",
          "pack_version", "sliver_m2", "plots", "created_by_id", "created_at", "done_at")  # fmt: skip
_SAID = "已完成的套合结果不能改动"

declare(
    Rule("overlays_run_frozen", "overlays_run", "UPDATE",
         f"OLD.done_at IS NOT NULL AND ({differs(*_FIXED)})", _SAID),
    *(
        Rule(f"overlays_{name}_frozen", f"overlays_{name}", "UPDATE", differs("m2"), _SAID)
        for name in ("plot", "part", "total")
    ),
)  # fmt: skip

declare_keys("overlays_plot", run_id=("overlays_run", "id"), region_id=("regions_region", "code"))
declare_keys(
    "overlays_part",
    plot_id=("overlays_plot", "id"),
    layer_id=("overlays_runlayer", "id"),
    region_id=("regions_region", "code"),
)
