"""Write a whole made-up county to a folder, as files in the forms a county receives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from .batches import MONTHS, Batch, batch_layer, make_batches, make_later_batches
from .county import EPSG, County, build_county
from .files import ManifestFile, write_vector
from .ground import Ground, build_ground
from .layers import Layer, basic_farmland, drawn_layers, region_layers
from .people import offices, people
from .permits import Permits, older_permits, permit_layers
from .photos import Photo, write_photos
from .places import COUNTY_CODE, COUNTY_NAME, PREFECTURE, PROVINCE
from .planning import planned_uses
from .scenes import OUTCOMES
from .survey import SurveyYear, dice_box, first_year, next_year
from .terrain import SCALES
from .trialplots import write_trial_plots

Size = Literal["T", "S", "M", "L"]
Progress = Callable[[str, float], None]


@dataclass
class Manifest:
    """What was written. `patches` maps 监测编号 to the outcome it was designed for; `flaws` lists
    the deliberately bad rows of the last batch; `photos` maps each photo to its patch."""

    county: dict[str, object]
    size: str
    seed: int
    files: list[ManifestFile] = field(default_factory=list)
    patches: dict[str, dict[str, object]] = field(default_factory=dict)
    flaws: list[dict[str, object]] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[ManifestFile]:
        """Files of one kind, in the order they should be loaded."""
        return [f for f in self.files if f.kind == kind]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a manifest.json."""
        data = json.loads(path.read_text(encoding="utf-8"))
        data["files"] = [ManifestFile(**f) for f in data["files"]]
        data["photos"] = [Photo(**p) for p in data["photos"]]
        return cls(**data)


@dataclass(frozen=True)
class _Form:
    """How one reference layer is delivered."""

    kind: str
    title: str
    suffix: str
    encoding: str = "UTF-8"
    cpg: bool = True


_FORMS = {
    "YJJBNTTB": _Form("pbf", "永久基本农田图斑", ".gpkg"),
    "STBHHX": _Form("red_line", "生态保护红线", ".shp.zip", "GBK", cpg=False),
    "PDT": _Form("slope", "25度以上坡度图", ".gpkg"),
    "CZKFBJ": _Form("town_boundary", "城镇开发边界", ".shp.zip"),
    "GHYDYH": _Form("planning", "国土空间规划用地用海", ".gpkg"),
    "JSYDPZ": _Form("construction_approval", "建设用地批准红线", ".shp.zip", "GBK", cpg=False),
    "SSNYD": _Form("facility_agriculture", "设施农业用地备案", ".gpkg"),
    "LSYD": _Form("temporary_land", "临时用地批准", ".shp.zip"),
    "CKQ": _Form("mining_licence", "采矿权", ".shp.zip", "GBK"),
}
_BATCH_FORMS = (
    _Form("patch_batch", "", ".shp.zip", "GBK"),
    _Form("patch_batch", "", ".shp.zip", "GBK", cpg=False),
    _Form("patch_batch", "", ".gdb.zip"),
)
_LATER_FORM = _Form("patch_batch", "", ".gpkg")


def generate(
    out: Path, size: Size = "S", seed: int = 2026, progress: Progress | None = None
) -> Manifest:
    """Write the county of a size (T about 1 500 survey patches, S 20 000, M 200 000, L 400 000).

    `progress` is called with a Chinese step name and the share done (0..1). The same seed gives
    the same geometry. Coordinates are CGCS2000 3-degree zone 38 with prefix (EPSG:4526).
    """
    tell = progress or (lambda _step, _share: None)
    if size not in SCALES:
        raise ValueError(f"未知的规模“{size}”，可选：{'、'.join(SCALES)}")
    writer = _Writer(out, Manifest(_about(), size, seed))
    tell("生成地形、道路和地块", 0.0)
    county = build_county(size, seed)
    dice = dice_box(seed)
    tell("生成三个年度的调查图斑", 0.3)
    years = [first_year(county, dice)]
    for _ in range(2):
        years.append(next_year(county, years[-1], dice))
    tell("写出行政区划和调查图斑", 0.5)
    regions = region_layers(county)
    writer.regions(regions)
    for y in years:
        writer.survey(y)
    tell("写出管控图层", 0.75)
    whole = regions[0].shapes[0]
    references = [basic_farmland(county, years[0]), *drawn_layers(county, whole)]
    pbf, red = references[0].shapes, references[1].shapes
    references.append(planned_uses(years[0], references[3].shapes, seed))
    ground = build_ground(county, years[0], years[-1], whole=whole, pbf=pbf, red=red)
    permits = Permits()
    tell("布置卫片图斑和批准文件", 0.85)
    older_permits(ground, permits, 40)
    batches = make_batches(ground, permits, county.land.scale.batch)
    writer.trial_plots(ground)
    later = make_later_batches(ground, permits, county.land.scale.batch)
    for layer in [*references, *permit_layers(permits)]:
        writer.layer(layer, _FORMS[layer.name], "layers")
    for batch, form in zip(batches, _BATCH_FORMS, strict=True):
        writer.batch(batch, ground, form)
    for batch in later:
        writer.batch(batch, ground, _LATER_FORM)
    tell("绘制举证照片", 0.93)
    writer.evidence(batches[0], seed)
    writer.people(county)
    writer.manifest.save(out / "manifest.json")
    tell("完成", 1.0)
    return writer.manifest


def _about() -> dict[str, object]:
    return {
        "code": COUNTY_CODE, "name": COUNTY_NAME, "province_code": PROVINCE[0],
        "province": PROVINCE[1], "prefecture_code": PREFECTURE[0], "prefecture": PREFECTURE[1],
        "epsg": EPSG,
    }  # fmt: skip


@dataclass
class _Writer:
    """Writes files under `out` and notes each in the manifest."""

    out: Path
    manifest: Manifest

    def __post_init__(self) -> None:
        for folder in ("regions", "survey", "layers", "batches", "trial", "evidence"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)

    def _note(self, entry: ManifestFile) -> None:
        self.manifest.files.append(entry)

    def regions(self, layers: list[Layer]) -> None:
        """County, townships and villages in one GeoPackage."""
        path = self.out / "regions" / "xzq.gpkg"
        path.unlink(missing_ok=True)
        titles = {"XZQX": "县级行政区", "XZQ": "乡级行政区", "CJDCQ": "村级调查区"}
        for layer in layers:
            name = write_vector(path, layer.name, layer.shapes, layer.columns, append=path.exists())
            code, label = ("ZLDWDM", "ZLDWMC") if layer.name == "CJDCQ" else ("XZQDM", "XZQMC")
            self._note(ManifestFile(
                "regions/xzq.gpkg", "regions", titles[layer.name], name, layer.name,
                valid_from="2023-12-31", rows=len(layer.shapes),
                meta={"code_field": code, "name_field": label},
            ))  # fmt: skip

    def survey(self, survey: SurveyYear) -> None:
        """DLTB of one year: the newest as a zipped file geodatabase, older ones as GeoPackage."""
        suffix = ".gdb.zip" if survey.year == 2025 else ".gpkg"
        path = self.out / "survey" / f"DLTB_{survey.year}{suffix}"
        name = write_vector(path, "DLTB", survey.shapes, survey.columns)
        self._note(ManifestFile(
            f"survey/{path.name}", "survey", f"{survey.year}年度国土变更调查地类图斑", name, "DLTB",
            year=survey.year, valid_from=f"{survey.year}-12-31",
            valid_to=f"{survey.year + 1}-12-30" if survey.year < 2025 else None,
            rows=len(survey.code), meta={"area_m2": round(float(survey.area.sum()), 2)},
        ))  # fmt: skip

    def layer(self, layer: Layer, form: _Form, folder: str, title: str = "") -> ManifestFile:
        """One layer in the form it is delivered."""
        path = self.out / folder / f"{layer.name}{form.suffix}"
        name = write_vector(
            path, layer.name, layer.shapes, layer.columns, encoding=form.encoding, cpg=form.cpg
        )
        entry = ManifestFile(
            f"{folder}/{path.name}", form.kind, title or form.title, name, layer.name,
            encoding=form.encoding, valid_from="2022-11-01" if folder == "layers" else None,
            rows=len(layer.shapes), meta={"cpg": form.cpg and form.suffix == ".shp.zip"},
        )  # fmt: skip
        self._note(entry)
        return entry

    def batch(self, batch: Batch, ground: Ground, form: _Form) -> None:
        """A monthly batch, and the designed outcome of each of its rows."""
        year, month = batch.month.split("-")
        layer = batch_layer(batch, ground)
        entry = self.layer(layer, form, "batches", f"{year}年{int(month)}月卫片图斑")
        entry.meta["batch"] = batch.month
        for k, row in enumerate(batch.rows):
            if k in batch.flaws:
                self.manifest.flaws.append(
                    {"batch": batch.month, "row": k + 1, "JCBH": row.number, "flaw": batch.flaws[k]}
                )
                continue
            self.manifest.patches[row.number] = {
                "batch": batch.month,
                "outcome": row.outcome,
                "label": OUTCOMES[row.outcome].label,
                "permit": row.scene.permit,
            }

    def trial_plots(self, ground: Ground) -> None:
        """The boundary-point file."""
        names = write_trial_plots(self.out / "trial" / "plots.txt", ground)
        self._note(ManifestFile(
            "trial/plots.txt", "boundary_txt", "报部坐标示例地块", "TXT", encoding="GBK",
            rows=len(names), meta={"names": names},
        ))  # fmt: skip

    def evidence(self, batch: Batch, seed: int) -> None:
        """Photos for some patches of the first batch."""
        wanted = (
            "farmland_unapproved",
            "pbf_unapproved",
            "facility",
            "approved_inside",
            "homestead",
        )
        rows = [r for r in batch.rows if r.outcome in wanted][:10]
        self.manifest.photos = write_photos(self.out / "evidence", rows, seed)
        self._note(ManifestFile(
            "evidence", "photos", f"{MONTHS[0]}批次举证照片", "JPEG", crs="EPSG:4490",
            rows=len(self.manifest.photos),
        ))  # fmt: skip

    def people(self, county: County) -> None:
        """Offices and people."""
        staff = people(county.towns, county.villages)
        data = {
            "offices": offices(county.towns),
            "people": staff,
            "roles": sorted({p["role"] for p in staff}),
        }
        text = json.dumps(data, ensure_ascii=False, indent=1)
        (self.out / "people.json").write_text(text, encoding="utf-8")
        self._note(ManifestFile(
            "people.json", "people", "示例机构和人员", "JSON", crs="", rows=len(staff)
        ))  # fmt: skip
