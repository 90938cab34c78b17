"""Eight counters take money of the same holders at once and one is killed: nothing is lost, doubled or overdrawn."""

from __future__ import annotations

import signal

from tests.operation.conftest import PATIENCE, Site

CLERK = "tests.fees.clerk"
VICTIM, OTHERS = (
    "3",
    ["0", "1", "2", "4", "5", "6", "7"],
)  # 104 payments of 50 for 4000 that are owed


def test_eight_counters_at_once_and_one_killed(site: Site) -> None:
    site.run("open", module=CLERK)
    victim = site.start("pay", VICTIM, module=CLERK)
    others = site.start("pay", *OTHERS, module=CLERK)
    assert victim.stdout is not None
    victim.stdout.readline()
    victim.send_signal(signal.SIGKILL)
    victim.communicate(timeout=PATIENCE)
    said = others.communicate(timeout=PATIENCE)
    assert others.returncode == 0, said
    # The one who was killed sends the same forms again: what was taken is not taken twice.
    site.run("pay", VICTIM, module=CLERK)
    assert site.rows("SELECT count(*), sum(amount), sum(prepaid) FROM holdings_payment") == [
        (104, 520_000, 120_000)
    ]
    bills = site.rows("SELECT sum(paid), sum(amount) FROM holdings_bill")
    assert [tuple(map(int, row)) for row in bills] == [(400_000, 400_000)]
    shares = site.rows("SELECT sum(amount) FROM holdings_paymentshare")
    assert [int(row[0]) for row in shares] == [400_000]
    assert "wrong []" in site.run("prove", module=CLERK)
