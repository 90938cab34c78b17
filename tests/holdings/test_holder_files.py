"""The file of a holder is one PDF of what the reader may see; many are made in the background with few questions."""

from __future__ import annotations

import zipfile
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.programmes.holdings.dossier import making
from liangtian.programmes.holdings.dossier.gathering import gathered
from liangtian.programmes.holdings.models import Holder
from tests.conftest import People, Run
from tests.holdings import land
from tests.holdings.notices import published

NUMBER = land.id_number(1)


@pytest.fixture
def household(people: People) -> Any:
    """A household with two parcels, a contract on one of them, both under notice."""
    from django.utils import timezone

    holder = land.person(people.clerk, "王演示")
    first = land.parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    land.parcel(people.clerk, 1_200, 1_000, holder_id=holder.pk)
    land.contract(people.clerk, first, holder)
    published(people.clerk, timezone.localdate())
    return holder


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


def test_a_file_holds_parcels_map_contract_and_notice_and_masks_who_it_is(
    people: People, household: Any
) -> None:
    name, content = making.holder_file(people.clerk, household)
    text = _text(content)
    assert name == f"{household.pk}-王某示.pdf"
    for said in ("HT-1", "15.00", "公示期", "柳塘村地块图", "30.00"):
        assert said in text
    assert "王演示" not in text
    assert NUMBER not in text
    document = pypdfium2.PdfDocument(content)
    titles = [mark.get_title() for mark in document.get_toc()]
    assert any("地块" in title for title in titles)


def test_identity_in_full_needs_the_right_and_a_reason(people: People, household: Any) -> None:
    with pytest.raises(Forbidden):
        making.holder_file(people.reviewer, household, "信访办理，需核对身份")
    with pytest.raises(Refused, match="理由"):
        making.holder_file(people.clerk, household, "看看")
    text = _text(making.holder_file(people.clerk, household, "信访办理，需核对身份")[1])
    assert "王演示" in text
    assert NUMBER in text
    entry = AuditEntry.objects.filter(act="holdings.holder.file").latest("pk")
    assert entry.note == "信访办理，需核对身份"


def test_many_holders_cost_as_many_questions_as_one(people: People, household: Any) -> None:
    others = [land.person(people.clerk, f"李演示{n}", n + 10) for n in range(5)]
    for n, other in enumerate(others):
        land.parcel(people.clerk, 1_000 + 200 * n, 2_000, holder_id=other.pk)

    def asked(holders: list[Holder]) -> int:
        with CaptureQueriesContext(connection) as found:
            gathered(people.clerk, holders)
        return len(found)

    assert asked([household]) == asked([household, *others])


def test_the_files_of_a_filtered_list_come_as_one_zip(
    people: People, household: Any, run_jobs: Run, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    land.person(people.clerk, "赵演示", 7, "990121101201")
    job = making.start(people.clerk, {"region": "990121100"})
    run_jobs()
    path, name = making.made_zip(people.clerk, job.pk)
    assert name.endswith(".zip")
    with zipfile.ZipFile(path) as made:
        assert made.namelist() == [f"{household.pk}-王某示.pdf"]
    with pytest.raises(NotFound):
        making.made_zip(people.township_a, job.pk)
