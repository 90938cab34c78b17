"""The system with the network cut: a namespace with nothing but the loopback interface."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.operation.conftest import PATIENCE, ROOT, SERVER, Site

UNSHARE = ["unshare", "--net"]


@pytest.mark.sqlite_only
@pytest.mark.skipif(bool(SERVER), reason="the database server stands outside the namespace")
def test_everything_works_with_no_network_but_the_machine_itself(site: Site) -> None:
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: this kernel refuses a network namespace")
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.operation.cut_off"],
        cwd=ROOT, env=site.env, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["interfaces"] == ["lo"]
    assert seen["outside"] == "unreachable"
    assert seen["page"] in (200, 503)  # 503 where the browser application is not built
    assert seen["signed_in"] == "张示例"
    assert seen["tile_bytes"] > 0
    assert seen["workbook"] == "PK"
    assert "备份完成" in seen["backup"]
    assert seen["job"] == "done"
