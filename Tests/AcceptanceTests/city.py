"""Starts haidang processes and the small servers around them, on free loopback ports, and ends them."""

import http.server
import itertools
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
HAIDANG = pathlib.Path(os.environ.get("HAIDANG_BINARY", CHECKOUT / ".build/release/haidang"))


# Below the ports that the system hands out by itself (ip_local_port_range): no connection takes one of these before the
# server that it is for has it.
_ports = itertools.cycle(range(20_000, 29_000))
for _ in range(os.getpid() % 9_000):
    next(_ports)


def free_port(kind=socket.SOCK_STREAM):
    for port in itertools.islice(_ports, 1_000):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port among a thousand")


def await_condition(what, condition, within):
    """Asks again at short intervals until the condition is truthy; returns it."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.05)


class Webhook:
    """Receives notifications and remembers when each came."""

    def __init__(self):
        received = self.received = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((time.monotonic(), json.loads(body), dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, matches, within):
        """The first notified alert that `matches`, with the time its message came."""
        end = time.monotonic() + within
        while True:
            came, body, _ = self.received.get(timeout=max(0.01, end - time.monotonic()))
            for alert in body["alerts"]:
                if matches(alert):
                    return came, alert

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Service:
    """One haidang process and its HTTP API."""

    def __init__(self, arguments, data, log, prefix=()):
        self.data = pathlib.Path(data)
        self.log = pathlib.Path(log)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = None
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*prefix, HAIDANG, *map(str, arguments), "--data", data, "--listen", f"127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self.log.open("ab"), stderr=subprocess.STDOUT,
            cwd=CHECKOUT)

    def open(self, path, data=None, method=None, headers=None, timeout=30):
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return urllib.request.urlopen(request, timeout=timeout)

    def get(self, path):
        with self.open(path) as reply:
            return json.load(reply)["data"]

    def query(self, expression):
        return self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def own_metric(self, name):
        with self.open("/metrics?scope=self") as reply:
            lines = reply.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"haidang ended with status {self.process.returncode}:\n{self.output()}")
        try:
            with self.open("/readyz", timeout=5) as reply:
                return reply.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def await_ready(self, within=60):
        await_condition("/readyz answers 200", self.is_ready, within)
        return time.monotonic() - self.started

    def output(self):
        return self.log.read_text(errors="replace")

    def terminate(self, within=10):
        """Sends SIGTERM; returns the seconds until the process was gone and its exit status."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(within)
        return time.monotonic() - began, status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Demo(Service):
    """The simulated city with the service that watches it."""

    def __init__(self, directory, *arguments, config=None, history="90d", prefix=()):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.agent_port = free_port(socket.SOCK_DGRAM)
        self.trap_port = free_port(socket.SOCK_DGRAM)
        self.control_port = free_port()
        command = [
            "demo", "--history", history, "--trap-listen", f"127.0.0.1:{self.trap_port}",
            "--agent-port", self.agent_port, "--http-port", free_port(), "--control-port", self.control_port,
            *arguments,
        ]
        if config:
            command += ["--config", config]
        super().__init__(command, directory / "data", directory / "log", prefix)

    def await_ready(self, within=60):
        seconds = super().await_ready(within)
        self.token = (self.data / "demo-token").read_text().strip()
        return seconds

    def fault(self, text):
        """Injects or ends a fault on the control page."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.control_port}/api/faults", data=text.encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read()

    def sites(self):
        return {site["id"]: site["standing"] for site in self.get("/api/v1/sites")["sites"]}


def clean_environment():
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
