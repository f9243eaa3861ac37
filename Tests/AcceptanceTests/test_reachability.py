"""Devices that vanish between two polls, in a network of their own."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time

import pytest

from city import Service, await_condition

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
DEVICES = {"first": "10.77.0.2", "second": "10.77.0.3"}


class Network:
    """A network namespace whose loopback interface has the devices' addresses."""

    CLONE_NEWNET = 0x40000000

    def __init__(self):
        command = "ip link set lo up && ip address add 10.77.0.1/32 dev lo && echo ready && exec sleep 600"
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", command], stdout=subprocess.PIPE, text=True)
        self.is_ready = self.holder.stdout.readline() == "ready\n"
        self.prefix = ["nsenter", f"--target={self.holder.pid}", "--net", "--"]

    def ip(self, *arguments):
        subprocess.run([*self.prefix, "ip", *arguments], check=True, timeout=10)

    def add(self, address):
        self.ip("address", "add", f"{address}/32", "dev", "lo")

    def remove(self, address):
        """What is sent there is gone from now on."""
        self.ip("address", "del", f"{address}/32", "dev", "lo")

    @contextlib.contextmanager
    def entered(self):
        """Sockets made meanwhile by this thread belong to the namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, open(f"/proc/{self.holder.pid}/ns/net") as away:
            assert libc.setns(away.fileno(), self.CLONE_NEWNET) == 0
            try:
                yield
            finally:
                assert libc.setns(home.fileno(), self.CLONE_NEWNET) == 0

    def close(self):
        self.holder.kill()
        self.holder.wait()


class ServiceInNetwork(Service):
    def __init__(self, network, *arguments):
        self.network = network
        super().__init__(*arguments, prefix=network.prefix)

    def open(self, *arguments, **options):
        with self.network.entered():
            return super().open(*arguments, **options)


@pytest.mark.skipif(os.geteuid() != 0, reason="a network of its own needs root")
@pytest.mark.skipif(not SNMPD, reason="snmpd is not installed")
@pytest.mark.parametrize("method", ["icmp", "tcp"])
def test_a_device_that_vanishes_is_down_long_before_it_missed_its_polls(tmp_path, method):
    network = Network()
    if not network.is_ready:
        network.close()
        pytest.skip("a network namespace is not allowed here")
    config = tmp_path / "config"
    (config / "inventory").mkdir(parents=True)
    (tmp_path / "community").write_text("S3cret-community\n")
    (tmp_path / "community").chmod(0o600)
    (config / "haidang.yml").write_text(
        "cityName: Nowhere\nmonitorSite: here\nanonymous: viewer\npollInterval: 10m\npollTimeout: 300ms\npollRetries: 1\n"
        f"reachability: {method}\nreachabilityInterval: 1s\n")
    (config / "credentials.yml").write_text(
        f"credentials:\n  - {{ id: it, version: v2c, community: {{ file: {tmp_path / 'community'} }} }}\n")
    (config / "inventory" / "all.yml").write_text(
        "areas:\n  - { id: nowhere, name: Nowhere }\nsites:\n  - { id: here, name: Here, area: nowhere }\ndevices:\n" + "".join(
            f"  - {{ id: {name}, name: {name}, kind: server, site: here, address: {address}, snmp: {{ credential: it }} }}\n"
            for name, address in DEVICES.items()))
    for address in DEVICES.values():
        network.add(address)
    (tmp_path / "snmpd.conf").write_text(
        "rocommunity S3cret-community 10.77.0.0/24\nagentaddress " + ",".join(f"udp:{a}:161" for a in DEVICES.values()) + "\n")
    snmpd = subprocess.Popen(
        [*network.prefix, SNMPD, "-f", "-C", "-c", tmp_path / "snmpd.conf", "-Lf", tmp_path / "snmpd.log"],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path)}, stdin=subprocess.DEVNULL)
    service = ServiceInNetwork(network, ["serve", "--config", config], tmp_path / "data", tmp_path / "log")

    def down():
        alerts = service.get("/api/v1/alerts")["alerts"]
        return {a["labels"].get("instance") or a["labels"].get("device") for a in alerts if a["state"] == "firing"}

    def probe(name):
        return {r["metric"]["instance"]: float(r["value"][1]) for r in service.query(f'{name}{{job="{method}"}}')}

    try:
        service.await_ready()
        await_condition("both devices answer probes", lambda: probe("probe_success") == {"first": 1, "second": 1}, 30)
        assert all(0 < x < 2 for x in probe("probe_duration_seconds").values())
        # Nothing was lost and came back, so no agent was asked because of a probe.
        assert service.own_metric("haidang_reachability_questions_total") == 0
        network.remove(DEVICES["first"])
        began = time.monotonic()
        await_condition("the device is down", lambda: down() == {"first"}, 60)
        took = time.monotonic() - began
        print(f"{method}: down after {took:.1f} s")
        assert probe("probe_success")["first"] == 0
        network.add(DEVICES["first"])
        await_condition("the device is back", lambda: down() == set(), 60)
        assert probe("probe_success")["second"] == 1
        assert service.own_metric("haidang_reachability_probes_lost_total") >= 2
    finally:
        service.close()
        snmpd.terminate()
        snmpd.wait(10)
        network.close()
