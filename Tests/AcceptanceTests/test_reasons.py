"""Each way in which a device can fail to answer has a reason of its own, in the API and on the page."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import urllib.error

import pytest

from city import Service, await_condition, free_port

SECRETS = {"right": "S3cret-community", "wrong": "S3cret-guess"}
SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/bin")


class UDPResponder:
    """Answers every datagram with the same bytes, or never when there are none."""

    def __init__(self, answer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, args=(answer,), daemon=True).start()

    def serve(self, answer):
        while True:
            try:
                _, peer = self.socket.recvfrom(65536)
                if answer:
                    self.socket.sendto(answer, peer)
            except OSError:
                return

    def close(self):
        self.socket.close()


class TCPResponder:
    """Accepts, through TLS when a context is given, and answers every connection with the same bytes."""

    def __init__(self, answer, context=None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, args=(answer, context), daemon=True).start()

    def serve(self, answer, context):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            try:
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()
            except OSError:
                pass

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory):
    if not SNMPD:
        pytest.skip("snmpd is not installed")
    directory = tmp_path_factory.mktemp("snmpd")
    port = free_port(socket.SOCK_DGRAM)
    (directory / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port},udp:127.0.0.2:{port},udp6:[::1]:{port}\nrocommunity {SECRETS['right']} 127.0.0.0/8\nrocommunity6 {SECRETS['right']} ::1\n"
        "sysName real-agent\n")
    process = subprocess.Popen(
        [SNMPD, "-f", "-C", "-c", directory / "snmpd.conf", "-Lf", directory / "log"],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(directory)}, stdin=subprocess.DEVNULL)
    yield port
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def watched(tmp_path_factory, snmpd):
    """A service with one device for each way to fail, and two that work."""
    directory = tmp_path_factory.mktemp("reasons")
    config = directory / "config"
    (config / "inventory").mkdir(parents=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=elsewhere.example",
         "-keyout", directory / "key.pem", "-out", directory / "cert.pem"],
        check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    servers = {
        "silent": UDPResponder(),
        "rubbish": UDPResponder(b"\x30\x82not snmp at all"),
        "tls": TCPResponder(page, tls),
        "error-page": TCPResponder(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
        "not-http": TCPResponder(b"\x00\x01\x02 this is not http\r\n\r\n"),
        "bad-metrics": TCPResponder(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nthis is {not}\n"),
    }
    closed_udp, closed_tcp = free_port(socket.SOCK_DGRAM), free_port()

    def snmp(name, port, credential="right", address="127.0.0.1"):
        return (f"  - {{ id: {name}, name: {name}, kind: server, site: here, address: '{address}', "
                f"snmp: {{ credential: {credential}, port: {port} }} }}\n")

    def http(name, port, kind="page", scheme="http"):
        return (f"  - {{ id: {name}, name: {name}, kind: portal, site: here, address: 127.0.0.1, "
                f"checks: [{{ kind: {kind}, scheme: {scheme}, port: {port} }}] }}\n")

    (config / "haidang.yml").write_text(
        "cityName: Nowhere\nmonitorSite: here\nanonymous: viewer\npollInterval: 10s\npollTimeout: 300ms\npollRetries: 1\n")
    (config / "credentials.yml").write_text("credentials:\n" + "".join(
        f"  - {{ id: {name}, version: v2c, community: {{ file: {directory / name} }} }}\n" for name in SECRETS))
    for name, secret in SECRETS.items():
        (directory / name).write_text(secret + "\n")
        (directory / name).chmod(0o600)
    (config / "inventory" / "all.yml").write_text(
        "areas:\n  - { id: nowhere, name: Nowhere }\nsites:\n  - { id: here, name: Here, area: nowhere }\ndevices:\n"
        + snmp("works", snmpd) + snmp("works-on-ipv6", snmpd, address="::1")
        + snmp("wrong-community", snmpd, credential="wrong", address="127.0.0.2")
        + snmp("silent", servers["silent"].port) + snmp("closed-port", closed_udp)
        + snmp("rubbish", servers["rubbish"].port)
        + http("tls", servers["tls"].port, scheme="https") + http("refused", closed_tcp)
        + http("error-page", servers["error-page"].port) + http("not-http", servers["not-http"].port)
        + http("bad-metrics", servers["bad-metrics"].port, kind="scrape"))
    service = Service(["serve", "--config", config], directory / "data", directory / "log")
    try:
        service.await_ready()
        await_condition(
            "every target was polled",
            lambda: all(t["health"] != "unknown" for t in service.get("/api/v1/targets")["activeTargets"]), 60)
        yield service
    finally:
        service.close()
        for server in servers.values():
            server.close()


def reasons(watched):
    return {
        target["labels"]["instance"]: (target["reason"] or {}).get("code") if target.get("reason") else None
        for target in watched.get("/api/v1/targets")["activeTargets"]
    }


@pytest.mark.parametrize("device, reason", [
    ("works", None),
    ("works-on-ipv6", None),
    ("wrong-community", "wrong_community"),
    ("silent", "timeout"),
    ("closed-port", "port_closed"),
    ("rubbish", "malformed_reply"),
    ("tls", "tls_error"),
    ("refused", "connection_refused"),
    ("error-page", "http_status"),
    ("not-http", "malformed_reply"),
    ("bad-metrics", "malformed_page"),
])
def test_each_failure_has_its_reason(watched, device, reason):
    await_condition(f"{device} has reason {reason}", lambda: reasons(watched)[device] == reason, 30)


def test_the_page_shows_every_reason(watched):
    with watched.open("/?lang=en") as reply:
        page = reply.read().decode()
    shown = dict(re.findall(r'data-target="[a-z]+/([^"]*)" data-reason="([^"]*)"', page))
    expected = {name: reason for name, reason in reasons(watched).items() if reason}
    assert shown == expected


def test_no_secret_is_shown_anywhere(watched):
    for path in ("/api/v1/targets", "/?lang=en", "/metrics"):
        with watched.open(path) as reply:
            assert b"S3cret" not in reply.read()
    assert "S3cret" not in watched.output()


def test_a_bad_configuration_is_refused_and_the_running_one_stays(watched, tmp_path):
    made = subprocess.run(
        [watched.process.args[0], "token", "create", "boss", "--role", "admin", "--data", watched.data],
        capture_output=True, text=True, timeout=30, check=True)
    watched.token = made.stdout.strip()
    file = watched.data.parent / "config/inventory/all.yml"
    good = file.read_text()
    file.write_text(good.replace("site: here, address", "sites: here, address", 1))
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            watched.open("/-/reload", data=b"", method="POST")
        message = refused.value.read().decode()
        assert refused.value.code == 422
        assert "inventory/all.yml:" in message and '\\"sites\\"' in message
        assert len(watched.get("/api/v1/targets")["activeTargets"]) == 11
    finally:
        file.write_text(good)
        watched.token = None


def test_sighup_reads_the_configuration_again(watched):
    before = watched.own_metric("haidang_reloads_total")
    watched.process.send_signal(signal.SIGHUP)
    await_condition("one more reload", lambda: watched.own_metric("haidang_reloads_total") == before + 1, 30)


def test_sigterm_ends_it_within_five_seconds(watched):
    seconds, status = watched.terminate()
    assert seconds <= 5
    assert status == 0
