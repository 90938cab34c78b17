"""Eight clerks take payments at once and one is killed: nothing is lost, doubled or overdrawn."""

from __future__ import annotations

import signal

from tests.operation.conftest import PATIENCE, Site

CLERK = "tests.books.clerk"
VICTIM, OTHERS = "3", ["0", "1", "2", "4", "5", "6", "7"]  # 104 payments for 80 that are owed


def test_eight_clerks_at_once_and_one_killed(site: Site) -> None:
    site.run("open", module=CLERK)
    victim = site.start("post", VICTIM, module=CLERK)
    others = site.start("post", *OTHERS, module=CLERK)
    assert victim.stdout is not None
    said_by_victim = victim.stdout.readline()
    victim.send_signal(signal.SIGKILL)
    said = [process.communicate(timeout=PATIENCE)[0] for process in (victim, others)]
    assert others.returncode == 0, said
    # The one who was killed begins again from the start, as a clerk would: what was posted stands.
    again = site.run("post", VICTIM, module=CLERK)
    lines = "".join([*said, said_by_victim, again]).splitlines()
    posted = {line.split()[1] for line in lines if line.startswith("posted")}
    entries = site.rows("SELECT key, number, sealed FROM books_entry WHERE key LIKE 'pay:%'")
    assert {key.removeprefix("pay:") for key, _, _ in entries} == posted
    assert all(sealed for *_, sealed in entries)
    numbers = sorted(number for (number,) in site.rows("SELECT number FROM books_entry"))
    assert numbers == list(range(1, len(numbers) + 1))
    balances = dict(site.rows("SELECT code, balance FROM books_account"))
    assert sum(balances.values()) == 0
    assert balances["库存现金"] == 5_000 * len(entries)
    assert all(balances[f"应收:H{n}"] >= 0 for n in range(4))
    assert site.rows(
        "SELECT account_id, sum(amount) FROM books_line GROUP BY account_id ORDER BY 1"
    ) == (site.rows("SELECT id, balance FROM books_account ORDER BY 1"))
    assert len(posted) == 80
