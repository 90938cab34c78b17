"""A private OpenStack Swift with its S3 interface: an object store that is no invention of ours.

`with object_store() as url:` yields an address for LIANGTIAN_FILES_S3 (without the bucket). Four servers on
free ports of the loopback interface, their data in a temporary folder, ended and removed afterwards.
Debian: swift-proxy swift-account swift-container swift-object.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tools.postgres import free_port

KEY, SECRET = "liangtian:store", "of-the-tests-only"
PARTS = ("account", "container", "object")
PATIENCE = 30.0  # seconds until all four answer
PROXY = """
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:slo]
use = egg:swift#slo
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
"""


def installed() -> bool:
    """Whether the servers are on this machine."""
    return all(shutil.which(f"swift-{part}-server") for part in (*PARTS, "proxy"))


@contextmanager
def object_store() -> Iterator[str]:
    """A running store; yields https-like URL with key and secret, to which /bucket/prefix is added."""
    folder = Path(tempfile.mkdtemp(prefix="liangtian-swift-"))
    ports = {part: free_port() for part in (*PARTS, "proxy")}
    _configure(folder, ports)
    servers = [
        subprocess.Popen(
            [f"swift-{part}-server", str(folder / f"{part}.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for part in ports
    ]  # fmt: skip
    try:
        for port in ports.values():
            _wait_for(port)
        yield f"http://{quote(KEY, safe='')}:{SECRET}@127.0.0.1:{ports['proxy']}"
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, ports: dict[str, int]) -> None:
    (folder / "node/disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    account, user = KEY.split(":")
    for part, port in ports.items():
        body = (
            PROXY.format(account=account, user=user, secret=SECRET)
            if part == "proxy"
            else f"devices = {folder / 'node'}\nmount_check = false\n[pipeline:main]\n"
            f"pipeline = {part}-server\n[app:{part}-server]\nuse = egg:swift#{part}\n"
        )
        head = f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nuser = {getpass.getuser()}\n"
        (folder / f"{part}.conf").write_text(f"{head}swift_dir = {folder}\nworkers = 0\n{body}")
    for part in PARTS:
        device = f"r1z1-127.0.0.1:{ports[part]}/disk"
        for words in (["create", "2", "1", "1"], ["add", device, "1"], ["rebalance"]):
            command = ["swift-ring-builder", f"{part}.builder", *words]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > until:
            raise TimeoutError(f"the object store does not answer on port {port}")
        time.sleep(0.1)
