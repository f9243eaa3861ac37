"""Devices named and measured by modules: in the demo, from recordings, and taken over from snmp_exporter."""

import gzip
import json
import os
import shutil
import socket
import stat
import subprocess

import pytest

from city import HAIDANG, await_condition, free_port

RECORDING = """1.3.6.1.2.1.1.1.0|4|Acme UPS firmware 3.2
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7
1.3.6.1.2.1.1.3.0|67|12345
1.3.6.1.2.1.2.2.1.2.1|4|eth0
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.2.2.1.10.1|65|77
1.3.6.1.4.1.99999.1.1.0|4|Acme 9000
1.3.6.1.4.1.99999.1.2.0|2|231
1.3.6.1.4.1.99999.2.1.2.1|4|PSU 1
1.3.6.1.4.1.99999.2.1.2.2|4|PSU 2
1.3.6.1.4.1.99999.2.1.3.1|2|1
1.3.6.1.4.1.99999.2.1.3.2|2|2
1.3.6.1.4.1.99999.2.1.4.1|4|220 W
1.3.6.1.4.1.99999.2.1.4.2|4|N/A
"""

MODULE = """name: acme
match: { sysObjectIDs: [1.3.6.1.4.1.99999] }
identity: { vendor: Acme, kind: ups, model: { oid: 1.3.6.1.4.1.99999.1.1 }, software: { sysDescr: "firmware ([0-9.]+)" } }
scalars:
  - { name: acmeTemperature, oid: 1.3.6.1.4.1.99999.1.2, kind: gauge, unit: celsius, scale: 0.1, common: device_temperature_celsius }
tables:
  - name: acmeSupplies
    component: supply
    keys: [{ label: supply, columns: [1.3.6.1.4.1.99999.2.1.2] }]
    metrics:
      - { name: acmeSupplyState, oid: 1.3.6.1.4.1.99999.2.1.3, kind: gauge, health: { 1: ok, 2: critical } }
      - { name: acmeSupplyPower, oid: 1.3.6.1.4.1.99999.2.1.4, kind: gauge, unit: watts, missing: N/A, common: device_power_watts }
"""


def haidang(*arguments):
    return subprocess.run([HAIDANG, *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "acme.snmprec").write_text(RECORDING)
    (tmp_path / "acme.snmprec.gz").write_bytes(gzip.compress(RECORDING.encode()))
    (tmp_path / "acme.yml").write_text(MODULE)
    return tmp_path


def test_the_city_shows_what_its_devices_are(demo):
    def devices():
        targets = demo.get("/api/v1/targets")["activeTargets"]
        found = {t["labels"]["instance"]: t["device"] for t in targets if t.get("device") is not None}
        asked = sum(t["labels"]["job"] == "snmp" for t in targets)
        return found if len(found) == asked else None

    found = await_condition("the devices are identified", devices, 150)
    assert found["fw-1"]["vendor"] == "Fortinet" and found["fw-1"]["kind"] == "firewall"
    assert found["rt-core-1"]["vendor"] == "Cisco" and found["rt-core-1"]["software"] == "16.6.4"
    assert found["hv-01"]["vendor"] == "VMware" and found["hv-01"]["kind"] == "hypervisor"
    assert {d["vendor"] for i, d in found.items() if i.startswith("ups-")} == {"APC"}
    assert len(demo.query("fgSysSesCount")) == 2
    assert {row["metric"]["instance"] for row in demo.query("vmwVmState")} >= {"hv-01", "hv-02"}
    assert len(demo.query("ciscoEnvMonFanState")) >= 100
    assert len(demo.query("device_health")) >= 200
    assert demo.query('capacity_size_bytes{instance="nas-01"}')


@pytest.mark.parametrize("name", ["acme.snmprec", "acme.snmprec.gz"])
def test_a_recording_is_polled_with_a_module_being_written(files, name):
    run = haidang("poll", "--recording", str(files / name), "--module", str(files / "acme.yml"), "--json")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    identity = found["identity"]
    assert (identity["vendor"], identity["kind"], identity["model"], identity["software"]) == ("Acme", "ups", "Acme 9000", "3.2")
    values = {(s["metric"], s["labels"].get("supply", "")): s["value"] for s in found["samples"]}
    assert values["acmeTemperature", ""] == 23.1
    assert values["device_power_watts", ""] == 220
    assert values["device_health", ""] == 2
    assert ("acmeSupplyPower", "PSU 2") not in values
    assert [r["metric"] for r in found["refused"]] == ["acmeSupplyPower"]
    assert found["counts"]["supply"] == 2 and found["counts"]["interface"] == 1
    assert {m["name"] for m in found["modules"]} == {"system", "interfaces", "acme"}


SNMPD, SNMPWALK = (shutil.which(name, path="/usr/bin:/usr/sbin") for name in ("snmpd", "snmpwalk"))


@pytest.mark.skipif(not (SNMPD and SNMPWALK), reason="snmpd or snmpwalk is not installed")
def test_what_snmpwalk_prints_is_a_recording(tmp_path):
    port = free_port(socket.SOCK_DGRAM)
    (tmp_path / "snmpd.conf").write_text(
        'rocommunity public\nsysName walked\nsysLocation a "quoted" \\\\ place\n'
        "extend hardware /bin/echo Acme 9000\nextend distro /bin/echo Debian 12\n")
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path / "state"), "SNMPCONFPATH": str(tmp_path), "MIBS": ""}
    walk = [SNMPWALK, "-v2c", "-c", "public", "-On", "-Oe", "-OU", "-Ot", f"127.0.0.1:{port}"]
    with open(tmp_path / "log", "w") as log:
        daemon = subprocess.Popen(
            [SNMPD, "-f", "-Lo", "-C", "-c", tmp_path / "snmpd.conf", "-I", "-smux", "-p", tmp_path / "pid", f"udp:127.0.0.1:{port}"],
            stdout=log, stderr=log, env=environment)
    try:
        def answers():
            asked = subprocess.run([*walk, "-t", "1", "-r", "0", "1.3.6.1.2.1.1.5"], capture_output=True, env=environment, timeout=30)
            return asked.returncode == 0

        await_condition("snmpd answers", answers, 60)
        with open(tmp_path / "this machine.walk", "wb") as file:
            subprocess.run([*walk, "-t", "10", ".1"], stdout=file, env=environment, timeout=120, check=True)
    finally:
        daemon.kill()
        daemon.wait()
    text = (tmp_path / "this machine.walk").read_bytes()
    (tmp_path / "zipped.gz").write_bytes(gzip.compress(text))
    for name in ["this machine.walk", "zipped.gz"]:
        run = haidang("poll", "--recording", str(tmp_path / name), "--json")
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        found = json.loads(run.stdout)
        identity = found["identity"]
        assert found["device"] == name.rsplit(".", 1)[0].replace(" ", "_")
        assert (identity["kind"], identity["model"]) == ("server", "Acme 9000")
        assert identity["sysObjectID"] == "1.3.6.1.4.1.8072.3.2.10" and identity["sysDescr"].startswith("Linux ")
        assert {"system", "interfaces", "net-snmp"} <= {m["name"] for m in found["modules"]}
        assert found["counts"]["interface"] == text.count(b".1.3.6.1.2.1.2.2.1.1.") > 0
        samples = {(s["metric"], s["labels"].get("ifName")): s for s in found["samples"]}
        assert ("ifInOctets", "lo") in samples or ("ifHCInOctets", "lo") in samples
        described = samples["system_info", None]["labels"]
        assert (described["sysName"], described["sysLocation"]) == ("walked", 'a "quoted" \\\\ place')


def test_a_walk_with_names_is_refused_with_the_options_to_give(tmp_path):
    (tmp_path / "named.walk").write_text("SNMPv2-MIB::sysName.0 = STRING: walked\nIF-MIB::ifNumber.0 = INTEGER: 2\n")
    run = haidang("poll", "--recording", str(tmp_path / "named.walk"))
    assert run.returncode == 1
    assert (f'{tmp_path}/named.walk:1: expected an OID in numbers, as snmpwalk -On -Oe -OU -Ot prints, '
            'found "SNMPv2-MIB::sysName.0"') in run.stderr


def test_lines_of_a_walk_that_cannot_be_read_are_told_and_skipped(tmp_path):
    (tmp_path / "torn.walk").write_text(".1.3.6.1.2.1.1.1.0 = STRING: \"Torn\"\n.1.3.6.1.2.1.1.3.0 = 100\n.1.3.6.1.2.1.1.7.0 = INTEGER: ?\n")
    run = haidang("poll", "--recording", str(tmp_path / "torn.walk"), "--json")
    assert json.loads(run.stdout)["identity"]["sysDescr"] == "Torn"
    assert f"{tmp_path}/torn.walk:3: expected a number after INTEGER" in run.stderr


def test_a_device_no_module_knows_still_gives_its_interfaces(files):
    run = haidang("poll", "--recording", str(files / "acme.snmprec"), "--explain")
    assert run.returncode == 0, run.stderr
    assert 'ifInOctets{ifName="eth0"} 77' in run.stdout
    assert "device_uptime_seconds 123.45" in run.stdout
    assert "the agent has 1.3.6.1.2.1.2.2.1" in run.stdout


def test_explain_names_what_came_to_nothing(files):
    other = files / "other.yml"
    other.write_text(MODULE.replace("name: acme\n", "name: other\n").replace("[1.3.6.1.4.1.99999]", "[1.3.6.1.4.1.88888]"))
    gap = files / "gap.yml"
    gap.write_text(MODULE.replace("99999.1.2,", "99999.1.9,"))
    run = haidang(
        "poll", "--recording", str(files / "acme.snmprec"), "--module", str(other), "--module", str(gap), "--explain", "--refused")
    assert "module other was not chosen" in run.stdout
    assert "acmeTemperature: nothing at 1.3.6.1.4.1.99999.1.9.0" in run.stdout
    assert "the module says it means no value" in run.stdout


def test_mistakes_are_named_with_their_place(files):
    bad = files / "bad.yml"
    bad.write_text(MODULE.replace("celsius, scale", "celsus, scale").replace("2.1.3, kind", "2.1.3.0, kind"))
    run = haidang("check", str(bad))
    assert run.returncode == 1
    assert f'{bad}:5:77: expected one of 49 names in "unit", found "celsus" (did you mean "celsius"?)' in run.stderr
    assert f"{bad}:11:" in run.stderr and 'without ".0"' in run.stderr
    assert haidang("check", str(files / "acme.yml")).returncode == 0
    assert haidang("poll", "--recording", str(files / "absent")).returncode == 1
    rubbish = files / "rubbish"
    rubbish.write_bytes(b"\x1f\x8bnothing")
    assert "expected" in haidang("poll", "--recording", str(rubbish)).stderr
    assert haidang("poll").returncode in (2, 64)


def test_a_configuration_of_snmp_exporter_is_taken_over(files):
    exporter = files / "snmp.yml"
    exporter.write_text("""
auths: { city: { version: 2, community: s3cret } }
modules:
  acme_ups:
    metrics:
      - { name: acmeTemperature, oid: 1.3.6.1.4.1.99999.1.2, type: gauge, help: "Tenths." }
      - name: acmeSupplyState
        oid: 1.3.6.1.4.1.99999.2.1.3
        type: EnumAsStateSet
        help: State.
        indexes: [{ labelname: index, type: gauge }]
        lookups: [{ labels: [index], labelname: supply, oid: 1.3.6.1.4.1.99999.2.1.2, type: DisplayString }]
        enum_values: { 1: good, 2: failed }
""")
    run = haidang("import", str(exporter), str(files / "city"))
    assert run.returncode == 0, run.stderr
    secret = files / "city/secrets/city-community"
    assert secret.read_text() == "s3cret" and stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "s3cret" not in (files / "city/credentials.yml").read_text()
    polled = haidang(
        "poll", "--recording", str(files / "acme.snmprec"), "--module", str(files / "city/modules/acme_ups.yml"), "--only", "acme_ups",
        "--json")
    values = {(s["metric"], s["labels"].get("supply"), s["labels"].get("acmeSupplyState")): s["value"]
              for s in json.loads(polled.stdout)["samples"]}
    assert values["acmeTemperature", None, None] == 231
    assert values["acmeSupplyState", "PSU 2", "failed"] == 1 and values["acmeSupplyState", "PSU 2", "good"] == 0
    again = haidang("import", str(exporter), str(files / "city"))
    assert again.returncode == 1 and "--force" in again.stderr
