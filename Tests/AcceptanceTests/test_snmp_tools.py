"""Debian's own SNMP tools read from the simulated devices what the service has read."""

import re
import subprocess

import pytest

from city import await_condition

V3 = ["-v3", "-l", "authPriv", "-u", "haidang", "-a", "SHA", "-A", "sim-haidang_v3_authentication",
      "-x", "AES", "-X", "sim-haidang_v3_privacy"]
V2C = ["-v2c", "-c", "sim-haidang_v2c_community"]
IF_NAME, IF_HIGH_SPEED, IF_STATUS = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.15", "1.3.6.1.2.1.2.2.1.8"


def walk(demo, address, credential, root):
    """The column's values by index, as snmpbulkwalk prints them."""
    walked = subprocess.run(
        ["snmpbulkwalk", "-On", "-Oe", *credential, f"{address}:{demo.agent_port}", root],
        capture_output=True, text=True, timeout=30)
    assert walked.returncode == 0, walked.stderr
    rows = re.findall(r"^\.([0-9.]+) = \w+: (.*)$", walked.stdout, re.MULTILINE)
    return {oid[len(root) + 1:]: value.strip('"') for oid, value in rows}


@pytest.mark.parametrize("device, address, credential", [
    ("sw-le-binh", "127.24.1.2", V2C),
    ("rt-le-binh", "127.24.1.1", V3),
    ("ag-cai-rang", "127.24.0.1", V3),
])
@pytest.mark.parametrize("metric, column", [("ifHighSpeed", IF_HIGH_SPEED), ("ifOperStatus", IF_STATUS)])
def test_snmpbulkwalk_equals_the_poller(demo, device, address, credential, metric, column):
    names = walk(demo, address, credential, IF_NAME)
    expected = {names[index]: float(value) for index, value in walk(demo, address, credential, column).items()}
    assert len(expected) >= 4

    def polled():
        return {
            row["metric"]["ifName"]: float(row["value"][1])
            for row in demo.query(f'{metric}{{instance="{device}"}}')}

    await_condition(f"{metric} of {device} is polled", polled, 120)
    assert polled() == expected
