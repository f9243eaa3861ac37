"""What a service does whose disk is full."""

import os
import pathlib
import subprocess
import sys

import pytest

from city import HAIDANG, Demo, Webhook, await_condition
from test_demo import ACCESS_LINK


class SmallDisk:
    """A file system of its own size at a directory, seen by one process and those started with `prefix` alone."""

    def __init__(self, directory, megabytes):
        self.directory = directory
        command = f"mount -t tmpfs -o size={megabytes}m tmpfs '{directory}' && echo mounted && exec sleep 900"
        self.holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", command], stdout=subprocess.PIPE, text=True)
        self.is_mounted = self.holder.stdout.readline() == "mounted\n"
        self.prefix = ["nsenter", f"--target={self.holder.pid}", "--mount", f"--wd={os.getcwd()}", "--"]

    def run(self, *command):
        return subprocess.run([*self.prefix, *map(str, command)], capture_output=True, text=True, timeout=60)

    def fill(self):
        filled = self.run("dd", "if=/dev/zero", f"of={self.directory}/filler", "bs=4k")
        assert "No space left" in filled.stderr

    def empty(self):
        self.run("rm", f"{self.directory}/filler")

    def close(self):
        self.holder.kill()
        self.holder.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own needs root")
def test_a_full_disk_stops_neither_page_nor_alerts_and_loses_nothing(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    webhook = Webhook()
    disk = SmallDisk(data, 256)
    if not disk.is_mounted:
        disk.close()
        pytest.skip("mounting is not allowed here")

    def start():
        city = Demo(tmp_path, "--webhook", webhook.url, history="2d", prefix=disk.prefix)
        # What the service writes is seen from here through the process that holds the mount.
        city.data = pathlib.Path(f"/proc/{disk.holder.pid}/root{data}")
        return city

    def delivered():
        # Where the disk is seen: SQLite resolves a path through the process that holds the mount.
        code = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT outcome FROM notification_log'))"
        return "delivered" in disk.run(sys.executable, "-c", code, data / "state.db").stdout

    def alert(city):
        return next((a for a in city.get("/api/v1/alerts")["alerts"] if a["labels"].get("link") == ACCESS_LINK), None)

    city = start()
    try:
        city.await_ready()
        await_condition("links are polled", lambda: len(city.query("link_up")) > 100, 60)
        disk.fill()
        await_condition("commits fail", lambda: city.own_metric("haidang_store_commit_failures_total") > 0, 60)
        committed = city.own_metric("haidang_store_samples_committed_total")
        city.fault(f"link-down:{ACCESS_LINK}")
        fired = await_condition("the alert fires", lambda: alert(city), 60)
        webhook.next(lambda a: a["labels"].get("link") == ACCESS_LINK and a["status"] == "firing", 60)
        with city.open("/") as page:
            assert page.status == 200
        await_condition("20,000 samples wait", lambda: city.own_metric("haidang_store_samples_queued") > 20_000, 90)
        assert city.own_metric("haidang_store_samples_committed_total") == committed
        assert city.own_metric("haidang_store_samples_dropped_total") == 0
        seen = len(city.query("link_up"))

        disk.empty()
        await_condition("everything is durable", lambda: city.own_metric("haidang_store_samples_queued") < 5_000, 30)
        assert city.own_metric("haidang_store_samples_committed_total") >= committed + 20_000
        assert alert(city)["activeAt"] == fired["activeAt"]
        await_condition("the delivery is noted", delivered, 30)
    finally:
        city.close()
        print(city.output()[-4000:])

    try:
        verified = disk.run(HAIDANG, "db", "verify", "--data", data)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        second = start()
        try:
            second.await_ready()
            assert alert(second)["activeAt"] == fired["activeAt"], "the alert was stored when space returned"
            assert len(second.query("link_up")) >= seen
        finally:
            second.close()
    finally:
        disk.close()
        webhook.close()
    said = [alert for _, body, _ in webhook.received.queue for alert in body["alerts"]]
    again = [alert for alert in said if alert["labels"].get("link") == ACCESS_LINK and alert["status"] == "firing"]
    assert not again, "told once, though it was stored later and the service was killed"
