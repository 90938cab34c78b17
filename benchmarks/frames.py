"""Frames of the map with a large layer, without a GPU: `python benchmarks/frames.py --data FOLDER`.

FOLDER is what `benchmarks/tiles.py --keep FOLDER` left. The real page is served and opened in headless
Chromium; the map is dragged and zoomed with the pointer and the wheel. Printed: milliseconds between frames
while the map moves, and tasks that kept the page busy for more than 50 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser import station as stations

RECORD = """() => {
  window.frames_ = []; window.long_ = [];
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.long_.push(e.duration)))
    .observe({ entryTypes: ['longtask'] });
  let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick) };
  requestAnimationFrame(tick);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    os.environ["LIANGTIAN_DATA"] = str(args.data)
    with stations.served(args.data) as station, stations.chromium() as browser:
        context = stations.visit(browser, station)
        page = context.new_page()
        stations.sign_in(page, "bench", at="/map?at=113.3,34.25,13.5")
        page.get_by_role("application").locator("canvas").first.wait_for()
        page.wait_for_timeout(5000)
        page.evaluate(RECORD)
        print(
            "| moved | frames | p50, ms | p95, ms | longest, ms | tasks over 50 ms | longest task, ms |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for zoom in (10, 12, 14, 16):
            page.goto(f"/map?at=113.3,34.25,{zoom}")
            page.get_by_role("application").locator("canvas").first.wait_for()
            page.locator(".map-busy").wait_for(state="detached", timeout=120_000)
            page.wait_for_timeout(3000)
            page.evaluate(RECORD)
            _report(page, f"dragged at zoom {zoom}", _drag)
            _report(page, f"wheel from zoom {zoom}", _wheel)
        context.close()


def _drag(page: Any) -> None:
    box = page.get_by_role("application").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((220, 0), (-220, 120), (0, -240)):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + dx, y + dy, steps=30)
        page.mouse.up()


def _wheel(page: Any) -> None:
    for delta in (-240, -240, 240, 240):
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(400)


def _report(page: Any, name: str, act: Any) -> None:
    page.evaluate("() => { window.frames_ = []; window.long_ = [] }")
    act(page)
    frames = sorted(page.evaluate("() => window.frames_"))
    tasks = page.evaluate("() => window.long_")
    page.wait_for_timeout(1500)
    print(
        f"| {name} | {len(frames)} | {frames[len(frames) // 2]:.0f} | {frames[int(len(frames) * 0.95)]:.0f} "
        f"| {frames[-1]:.0f} | {len(tasks)} | {max(tasks, default=0):.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
