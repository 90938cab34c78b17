"""Pictures of the screens for the documentation, taken from a made-up county.

`python tools/pictures.py` makes a county of size S in a folder of its own, walks through the system as
a clerk would, and writes docs/pictures/*.png. Nobody in them exists.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import station as stations  # noqa: E402
from tests.browser.station import Station  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 250_000
FEWER_COLOURS = (
    (256, Image.Dither.FLOYDSTEINBERG),
    (256, Image.Dither.NONE),
    (64, Image.Dither.NONE),
)
LEAF_HEIGHT = 640
LEAVES_IN_A_ROW = 4
GAP = 16
LONG = 300_000  # milliseconds
BETWEEN_LOOKS = 300
MOST_LOOKS = 20


class Album:
    """Takes the pictures of one browser page."""

    def __init__(self, page: Any, station: Station) -> None:
        self.page = page
        self.station = station

    def take(self, name: str) -> None:
        """The page as it is, once nothing on it moves any more."""
        self.page.wait_for_load_state("networkidle")
        before, now = b"", self.page.screenshot()
        for _ in range(MOST_LOOKS):
            if now == before:
                break
            self.page.wait_for_timeout(BETWEEN_LOOKS)
            before, now = now, self.page.screenshot()
        save(Image.open(io.BytesIO(now)), name)

    def rows(self, ledger: str, **filters: str) -> list[dict[str, Any]]:
        """Rows of a ledger that meet the filters."""
        query = {"size": "200", **filters}
        answer = self.page.request.get(f"/api/ledgers/{ledger}/rows", params=query)
        found: list[dict[str, Any]] = answer.json()["rows"]
        return found

    def patches(self, **filters: str) -> list[dict[str, Any]]:
        """Patches that meet the filters, largest first."""
        return self.rows("enforcement.patches", sort="-area_mu", **filters)

    def post(self, url: str, data: dict[str, Any]) -> Any:
        """What the person at this page may ask for beside the screens."""
        token = self.page.request.get("/api/session").json()["csrf_token"]
        headers = {"X-CSRFToken": token, "Origin": self.station.address}
        return self.page.request.post(url, data=data, headers=headers)

    def versions(self, layer: str) -> list[int]:
        """The published versions of a layer, the newest first."""
        layers = self.page.request.get("/api/layers").json()
        found = next(one for one in layers if one["code"] == layer)
        return [one["id"] for one in found["versions"] if one["status"] == "published"]

    def open_patch(self, row: dict[str, Any], section: str = "判定") -> None:
        self.page.goto(f"/patches/{row['id']}")
        self.page.get_by_role("heading", name=row["number"]).wait_for()
        self.page.get_by_role("tab").filter(has_text=section).first.click()


def save(picture: Image.Image, name: str) -> None:
    """As a PNG in full colour, or with as many colours as its size allows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    picture.convert("RGB").save(path, optimize=True)
    for colours, dither in FEWER_COLOURS:
        if path.stat().st_size <= MOST_BYTES:
            break
        full = picture.convert("RGB")
        # The most frequent colours are not enough: a river is small, and blue.
        palette = full.quantize(colours, method=Image.Quantize.MAXCOVERAGE)
        full.quantize(palette=palette, dither=dither).save(path, optimize=True)
    print(f"{path.name}  {path.stat().st_size // 1000} kB")


def sign_in_page(album: Album) -> None:
    album.page.goto("/login")
    album.page.get_by_label("用户名").fill("zhangshili")
    album.take("login")


def shown_patch(album: Album) -> dict[str, Any]:
    """An illegal patch with photos that takes basic farmland, if there is one."""
    rows = album.patches(proposal="illegal", photos__gte="1")
    return next((row for row in rows if row["pbf_mu"]), rows[0])


def home(album: Album) -> None:
    album.page.goto("/")
    album.page.locator("canvas").nth(1).wait_for()
    album.take("home")


def desk(album: Album) -> None:
    """What waits, what is due, and the figures."""
    page = album.page
    page.goto("/inbox")
    page.locator(".el-table__body tr").first.wait_for()
    album.take("inbox")
    page.goto("/calendar?tab=list")
    page.locator(".el-table__body tr").first.wait_for()
    album.take("calendar")
    page.goto("/dashboards")
    page.locator("canvas").nth(1).wait_for()
    album.take("dashboards")


def year(album: Album) -> None:
    """What the year comes to: the ratio, who is warned, what is wrong in the data."""
    page = album.page
    for path, name in (("/ratio", "ratio"), ("/warnings", "warnings"), ("/checks", "checks")):
        page.goto(path)
        page.locator(".el-table__body tr").first.wait_for()
        album.take(name)


def planning_map(album: Album) -> None:
    """The uses of the plan, with the patches over them."""
    page = album.page
    page.goto(f"/map?on={album.versions('planning')[0]},patches")
    page.get_by_text("规划用途").first.wait_for()
    page.locator(".map-busy").wait_for(state="detached")
    album.take("map-planning")


def comparison(album: Album) -> None:
    """The last two years of the land survey, side by side."""
    page = album.page
    after, before = album.versions("dltb")[:2]
    asked = {"before_id": before, "after_id": after}
    made = album.post("/api/layers/comparisons", asked).json()["id"]
    url = f"/layers/comparisons/{made}"
    for _ in range(LONG // BETWEEN_LOOKS):
        if page.request.get(f"/api{url}").json()["done"]:
            break
        page.wait_for_timeout(BETWEEN_LOOKS)
    page.goto(url)
    page.locator(".el-table__body tr").first.wait_for()
    page.locator("canvas").first.wait_for()
    page.locator(".map-busy").wait_for(state="detached")
    album.take("comparison")


def whole_map(album: Album) -> None:
    page = album.page
    row = album.patches(proposal="illegal")[0]
    patch = page.request.get(f"/api/enforcement/patches/{row['id']}").json()
    west, south, east, north = patch["bounds"]
    page.goto(f"/map?at={(west + east) / 2:.6f},{(south + north) / 2:.6f},15.2")
    page.get_by_text("地类图斑").first.wait_for()
    page.locator(".map-busy").wait_for(state="detached")
    page.get_by_role("application").click()
    page.get_by_role("complementary", name="点查结果").get_by_text("面积").first.wait_for()
    album.take("map")


def ledger(album: Album) -> None:
    album.page.goto("/patches?proposal=illegal,split&sort=-area_mu")
    album.page.locator(".el-table__body tr").first.wait_for()
    album.take("ledger")


def importing(album: Album) -> None:
    page, batches = album.page, album.station.demo / "batches"
    page.goto("/imports/new")
    page.get_by_label("将文件拖到这里").set_input_files(batches / "WPTB_202603.gdb.zip")
    page.get_by_role("combobox", name="期次").fill("2026-03")
    page.get_by_role("combobox", name="期次").press("Enter")
    page.get_by_role("button", name="上传并读取").click()
    page.get_by_role("heading", name="字段对应").wait_for(timeout=LONG)
    album.take("import")
    page.get_by_role("button", name="开始检查").click()
    page.get_by_role("heading", name="问题清单").wait_for(timeout=LONG)
    page.locator(".el-table__body tr").first.wait_for()
    album.take("import-check")
    page.get_by_role("button", name="确认入库").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    page.get_by_text("入库完成").wait_for(timeout=LONG)


def patches(album: Album) -> None:
    shown = shown_patch(album)
    album.open_patch(shown)
    album.take("patch")
    album.open_patch(shown, "套合分析")
    album.take("overlay")
    album.open_patch(shown, "举证照片")
    album.page.locator(".thumb img").first.wait_for()
    album.take("photos")
    album.open_patch(album.patches(proposal="split")[0])
    album.take("patch-split")


def dossier(album: Album) -> None:
    row = album.patches(judgement="illegal", photos__gte="1")[0]
    answer = album.page.request.get(f"/api/enforcement/patches/{row['id']}/dossier.pdf")
    save(side_by_side(answer.body()), "dossier")
    album.open_patch(row, "卷宗")
    album.take("dossier-page")


def holdings(album: Album) -> None:
    """The holder with the most land, what is due from a company, and the map of a notice."""
    page = album.page
    company = next(
        row for row in album.rows("holdings.holders", sort="-area_mu") if row["holder_org"]
    )
    page.goto(f"/holders/{company['id']}")
    page.get_by_role("heading", name="合同").wait_for()
    album.take("holder")
    page.goto("/fees/counter")
    page.locator(".find input").fill(company["holder_org"])
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=company["holder_org"]).wait_for()
    album.take("counter")
    notice = album.rows("holdings.notices", sort="-starts_on")[0]["id"]
    found = page.request.get(f"/api/holdings/notices/{notice}/papers/map")
    leaf = list(pypdfium2.PdfDocument(found.body()))[-1]
    save(leaf.render(scale=1400 / leaf.get_width()).to_pil(), "notice-map")


def lists(album: Album) -> None:
    album.page.goto("/layers")
    album.page.get_by_role("heading", name="地类图斑").wait_for()
    album.take("layers")
    album.page.goto("/jobs")
    album.page.locator(".el-table__body tr").first.wait_for()
    album.take("jobs")


def side_by_side(pdf: bytes) -> Image.Image:
    """The pages of a document, some to a row."""
    leaves = [
        leaf.render(scale=LEAF_HEIGHT / leaf.get_height()).to_pil()
        for leaf in pypdfium2.PdfDocument(pdf)
    ]
    rows = -(-len(leaves) // LEAVES_IN_A_ROW)
    width = max(leaf.width for leaf in leaves) + GAP
    size = (width * LEAVES_IN_A_ROW + GAP, (LEAF_HEIGHT + GAP) * rows + GAP)
    sheet = Image.new("RGB", size, "#8a9a90")
    for i, leaf in enumerate(leaves):
        row, column = divmod(i, LEAVES_IN_A_ROW)
        sheet.paste(leaf, (GAP + width * column, GAP + (LEAF_HEIGHT + GAP) * row))
    return sheet


PARTS = (
    importing, home, desk, year, whole_map, planning_map, ledger, patches, dossier, holdings, lists,
    comparison,
)  # fmt: skip


def main() -> None:
    """Make the county, walk through it, keep the pictures."""
    with (
        tempfile.TemporaryDirectory(prefix="liangtian-pictures-") as folder,
        stations.running("S", Path(folder)) as station,
        stations.chromium() as browser,
    ):
        album = Album(stations.visit(browser, station).new_page(), station)
        sign_in_page(album)
        stations.sign_in(album.page, "zhangshili")
        for part in PARTS:
            part(album)


if __name__ == "__main__":
    main()
