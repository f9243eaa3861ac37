"""The toolchain download of deploy/quickstart, against a file server of our own."""

import hashlib
import http.server
import io
import os
import subprocess
import tarfile
import threading

import pytest

from city import CHECKOUT


@pytest.fixture
def archive():
    """A toolchain archive whose `swift` only tells its version."""
    script = b"#!/bin/sh\necho 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("swift-6.3.1-RELEASE-debian12/usr/bin/swift")
        member.size, member.mode = len(script), 0o755
        tar.addfile(member, io.BytesIO(script))
    return packed.getvalue()


@pytest.fixture
def server(archive):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(archive)))
            self.end_headers()
            self.wfile.write(archive)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = asked
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def need_swift(tmp_path, server, checksum, argument="yes"):
    """Runs the step on a PATH without Swift."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("bash", "curl", "cut", "dpkg", "grep", "gzip", "head", "mkdir", "mv", "rm", "rmdir", "sed", "sha256sum",
                 "sort", "tar", "uname"):
        path = next(f"{folder}/{name}" for folder in ("/usr/bin", "/bin") if os.path.exists(f"{folder}/{name}"))
        if not (tools / name).exists():
            (tools / name).symlink_to(path)
    return subprocess.run(
        ["/bin/bash", "-c", f"set -euo pipefail; source deploy/setup.sh; need_swift {argument}; swift --version"],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60,
        env={"PATH": str(tools), "HOME": str(tmp_path), "HAIDANG_SWIFT_SHA256": checksum,
             "HAIDANG_SWIFT_DOWNLOAD_ROOT": f"http://127.0.0.1:{server.server_port}"})


def test_the_toolchain_is_fetched_once_into_a_private_folder(tmp_path, server, archive):
    checksum = hashlib.sha256(archive).hexdigest()
    first = need_swift(tmp_path, server, checksum)
    assert first.returncode == 0, first.stderr
    assert "Swift version 6.3.1" in first.stdout
    assert "Downloading the Swift 6.3.1 toolchain" in first.stderr
    assert (tmp_path / ".local/share/haidang/swift-6.3.1/usr/bin/swift").exists()
    second = need_swift(tmp_path, server, checksum)
    assert second.returncode == 0
    assert len(server.asked) == 1


def test_a_wrong_checksum_is_refused_with_what_to_do(tmp_path, server):
    run = need_swift(tmp_path, server, "0" * 64)
    assert run.returncode == 1
    assert "checksum is wrong" in run.stderr and "By hand" in run.stderr
    assert not (tmp_path / ".local/share/haidang/swift-6.3.1").exists()


def test_no_download_refuses(tmp_path, server):
    run = need_swift(tmp_path, server, "0" * 64, argument="no")
    assert run.returncode == 1
    assert "--no-download" in run.stderr
    assert server.asked == []


def test_an_unreachable_server_says_what_to_do_by_hand(tmp_path, server):
    server.shutdown()
    server.server_close()
    run = need_swift(tmp_path, server, "0" * 64)
    assert run.returncode == 1
    assert "By hand" in run.stderr and "download.swift.org" not in run.stdout


def test_the_systemd_unit_is_hardened():
    if not os.path.exists("/usr/bin/systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    run = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "deploy/haidang.service"],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    # The threshold is ten times the exposure level; above it the status is not 0.
    assert run.returncode == 0, run.stdout[-300:] + run.stderr
