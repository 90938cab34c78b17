"""Who sees what of the book, and that an outside program finds the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.books.beancount import beancount
from liangtian.platform.books.models import Account
from liangtian.platform.books.reading import trial_balance
from tests.conftest import County, People

THROUGH = date(2026, 12, 31)
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def checked(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The verdict of Beancount's own checker."""
    program = BEAN_CHECK if BEAN_CHECK.exists() else shutil.which("bean-check")
    assert program, "beancount is in the test requirements"
    file = folder / "book.beancount"
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [program, "--no-cache", file], capture_output=True, text=True, check=False
    )


@pytest.fixture
def busy(posted: Any, county: County) -> None:
    posted("bill:1", text='租金 "东片" 60 亩', at=county.township_a, due_a=240_000, rent=-240_000)
    posted("bill:2", at=county.township_b, due_b=600_001, rent=-600_001)
    posted("pay:1", on=date(2026, 4, 1), at=county.township_a, cash=100_000, due_a=-100_000)
    posted("in", bank=500_00, source=-500_00)
    posted("freeze", frozen=123_45, bank=-123_45)


def test_a_township_sees_its_own_accounts(busy: None, people: People) -> None:
    seen = {b.account.code: b.amount for b in trial_balance(people.township_a, THROUGH)}
    assert seen == {"应收:租金:H1": Decimal("1400.00")}


def test_the_trial_balance_is_as_of_a_day(busy: None, people: People) -> None:
    before = {b.account.code: b.amount for b in trial_balance(people.clerk, date(2026, 3, 31))}
    assert (before["应收:租金:H1"], before["库存现金"]) == (Decimal("2400.00"), Decimal("0.00"))


def test_beancount_accepts_the_book(busy: None, people: People, tmp_path: Path) -> None:
    text = "\n".join(beancount(people.clerk, THROUGH)) + "\n"
    assert text.count(" balance ") == Account.objects.count()
    found = checked(text, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_beancount_accepts_what_a_township_may_see(
    busy: None, people: People, tmp_path: Path
) -> None:
    text = "\n".join(beancount(people.township_a, THROUGH)) + "\n"
    assert "H2" not in text
    assert checked(text, tmp_path).returncode == 0


def test_beancount_would_find_a_wrong_figure(busy: None, people: People, tmp_path: Path) -> None:
    text = "\n".join(beancount(people.clerk, THROUGH)).replace("6000.01 CNY", "6000.02 CNY", 1)
    assert checked(text, tmp_path).returncode != 0
