"""Letters are drafted from a patch, numbered without gaps, and stay as they were sent."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from docx import Document

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.documents import services, templates
from liangtian.platform.documents.kinds import all_kinds, sample_of
from liangtian.platform.documents.models import Letter, LetterTemplate, NumberSeries
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.press.letter import text_of, try_out
from liangtian.press.letter_start import first_template
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import SIDE, County, People
from tests.enforcement.ground import box, make_batch

KIND = "enforcement.field_check"


@pytest.fixture
def patch(people: People, county: County) -> Patch:
    make_batch(
        people, county,
        [("A-1", box(100, 100, 200, 100), county.village_a),
         ("B-1", box(SIDE + 100, 100, 100, 100), county.village_b)],
    )  # fmt: skip
    return Patch.objects.get(number="A-1")


@pytest.fixture
def series(people: People) -> NumberSeries:
    return services.create_series(people.clerk, "示自然资卫")


def own_template(user: Any, *paragraphs: str) -> StoredFile:
    content = first_template("我局的通知书", paragraphs)
    return store([content], "模板.docx", user=user, region=user.region, kind="document")


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
def test_the_first_template_of_every_kind_uses_only_its_fields(kind: Any) -> None:
    text = text_of(try_out(first_template(kind.title, kind.body), sample_of(kind)))
    for field in kind.fields:
        assert field.sample in text or field.name not in "".join(kind.body)


def test_a_draft_is_filled_with_what_is_known_of_the_patch(people: People, patch: Patch) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)
    text = text_of(services.preview(people.clerk, letter.pk)[1])
    assert "监测编号A-1" in text
    assert f"面积{patch.area_m2 * 15 / 10000:.2f}亩" in text
    assert "柳塘镇人民政府：" in text
    assert "（未编号）" in text


def test_numbers_follow_each_other_and_begin_anew_each_year(
    people: People, patch: Patch, series: NumberSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for today in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 4)):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda day=today: day)
        letter = services.draft(people.clerk, KIND, patch.pk)
        numbers.append(services.issue(people.clerk, letter.pk, series.pk).number)
    assert numbers == ["示自然资卫〔2026〕1号", "示自然资卫〔2026〕2号", "示自然资卫〔2027〕1号"]


def test_an_issue_that_fails_takes_no_number(
    people: People, patch: Patch, series: NumberSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)

    def broken(*_: Any, **__: Any) -> Any:
        raise Refused("磁盘已满")

    with monkeypatch.context() as patched:
        patched.setattr(services, "store", broken)
        with pytest.raises(Refused):
            services.issue(people.clerk, letter.pk, series.pk)
    series.refresh_from_db()
    assert series.last == 0
    assert services.issue(people.clerk, letter.pk, series.pk).serial == 1


def test_an_issued_letter_stays_as_it_was_sent(
    people: People, patch: Patch, series: NumberSeries
) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)
    services.edit(people.clerk, letter.pk, {"deadline": "3个工作日内"})
    issued = services.issue(people.clerk, letter.pk, series.pk)
    sent = services.preview(people.clerk, letter.pk)[1]
    assert "于3个工作日内反馈" in text_of(sent)
    assert issued.number in text_of(sent)
    file = own_template(people.clerk, "另一种写法：{{ patch_number }}")
    templates.activate(people.clerk, tried(people.clerk, file).pk)
    assert services.preview(people.clerk, letter.pk)[1] == sent
    for act in (
        lambda: services.edit(people.clerk, letter.pk, {"deadline": "改了"}),
        lambda: services.issue(people.clerk, letter.pk, series.pk),
        lambda: services.drop(people.clerk, letter.pk),
    ):
        with pytest.raises(Conflict):
            act()


def tried(user: Any, file: StoredFile) -> LetterTemplate:
    template = templates.upload(user, KIND, file.pk)
    templates.test(user, template.pk)
    return template


def test_the_offices_own_template_is_used_once_it_was_tried_and_put_into_use(
    people: People, patch: Patch
) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)
    template = templates.upload(
        people.clerk, KIND, own_template(people.clerk, "本局写法：{{ patch_number }}").pk
    )
    with pytest.raises(Conflict, match="试填"):
        templates.activate(people.clerk, template.pk)
    templates.test(people.clerk, template.pk)
    assert "本局写法" not in text_of(services.preview(people.clerk, letter.pk)[1])
    templates.activate(people.clerk, template.pk)
    assert "本局写法：A-1" in text_of(services.preview(people.clerk, letter.pk)[1])
    newer = tried(people.clerk, own_template(people.clerk, "更新的写法：{{ place }}"))
    templates.activate(people.clerk, newer.pk)
    template.refresh_from_db()
    assert (template.state, newer.version) == ("retired", 2)


def test_a_template_with_mistakes_is_refused_and_each_is_named(people: People) -> None:
    file = own_template(people.clerk, "{{ no_such_field }}", "{{ nor_this }}")
    with pytest.raises(Refused) as refusal:
        templates.upload(people.clerk, KIND, file.pk)
    assert "no_such_field" in refusal.value.message
    assert "nor_this" in refusal.value.message
    assert not LetterTemplate.objects.exists()


def test_only_what_may_be_changed_is_changed(people: People, patch: Patch) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)
    with pytest.raises(Refused) as refusal:
        services.edit(people.clerk, letter.pk, {"area_mu": "0.01", "deadline": ""})
    assert set(refusal.value.fields) == {"area_mu", "deadline"}


def test_a_void_letter_keeps_its_number_and_says_why(
    people: People, patch: Patch, series: NumberSeries
) -> None:
    letter = services.draft(people.clerk, KIND, patch.pk)
    services.issue(people.clerk, letter.pk, series.pk)
    with pytest.raises(Refused):
        services.void(people.clerk, letter.pk, "错")
    services.void(people.clerk, letter.pk, "主送单位写错，重新制发")
    again = services.draft(people.clerk, KIND, patch.pk)
    assert services.issue(people.clerk, again.pk, series.pk).serial == 2


def test_a_township_writes_about_its_own_patches_only(people: People, patch: Patch) -> None:
    assert services.draft(people.township_a, KIND, patch.pk).region_id == patch.region_id
    with pytest.raises(NotFound):
        services.draft(people.township_b, KIND, patch.pk)
    with pytest.raises(Forbidden):
        services.draft(people.auditor, KIND, patch.pk)


def test_another_office_reads_a_letter_and_does_not_change_it(
    people: People, patch: Patch, series: NumberSeries
) -> None:
    letter = services.draft(people.township_a, KIND, patch.pk)
    assert services.preview(people.clerk, letter.pk)[0].pk == letter.pk
    with pytest.raises(NotFound):
        services.issue(people.clerk, letter.pk, series.pk)
    with pytest.raises(Refused, match="序列"):
        services.issue(people.township_a, letter.pk, series.pk)


def test_the_database_keeps_a_number_from_being_given_twice(
    people: People, patch: Patch, series: NumberSeries
) -> None:
    letters = [services.draft(people.clerk, KIND, patch.pk) for _ in range(2)]
    for letter in letters:
        services.issue(people.clerk, letter.pk, series.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letters[1].pk).update(serial=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letters[1].pk).update(state="draft")


def test_the_register_and_the_file_over_the_api(
    people: People, patch: Patch, series: NumberSeries, signed_in: Any
) -> None:
    client = signed_in(people.clerk)
    body = {"kind": KIND, "source_id": patch.pk}
    made = client.post("/api/documents/letters", body, content_type="application/json").json()
    path = f"/api/documents/letters/{made['id']}"
    issued = client.post(
        f"{path}/issue", {"series_id": series.pk}, content_type="application/json"
    ).json()
    assert issued["number"].startswith("示自然资卫〔")
    document = Document(BytesIO(client.get(f"{path}/letter.docx").content))
    assert any(issued["number"] in p.text for p in document.paragraphs)
    rows = client.get("/api/ledgers/documents.letters/rows").json()["rows"]
    assert [(row["number"], row["state"]) for row in rows] == [(issued["number"], "issued")]
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"documents.letter.draft", "documents.letter.issue", "documents.letter.download"} <= acts


def test_the_check_letter_takes_time_and_photos_from_the_policy_pack(
    people: People, patch: Patch, settings: Any, tmp_path: Any
) -> None:
    from liangtian.programmes.enforcement.letters import _check_facts

    def said() -> dict[str, str]:
        return dict(_check_facts(people.clerk, patch.pk).values)

    assert said()["deadline"] == "收到本通知之日起5个工作日内"
    (tmp_path / "county-enforcement-2022.toml").write_text(
        '[override]\npack = "county-enforcement-2022"\ncounty = "青禾县"\n'
        '[[values."enforcement.field_check_workdays"]]\ntype = "int"\namount = 8\nunit = "工作日"\n'
        'label = "乡镇实地核查"\nclause = "会议纪要"\n',
        "utf-8",
    )
    settings.PACK_OVERRIDES = tmp_path
    assert said()["deadline"] == "收到本通知之日起8个工作日内"
    assert "会议纪要" in said()["deadline_basis"]
    assert "不少于4张（东、南、西、北各方向）" in said()["wanted"]
