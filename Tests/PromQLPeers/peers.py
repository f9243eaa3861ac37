"""Starts the servers that are compared, loads the data set into them, and asks them."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import urllib.parse

import remote_write

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "AcceptanceTests"))
import city  # noqa: E402

# Prometheus 2 includes a sample that is exactly as old as the look-back, Prometheus 3 does not. Times are whole milliseconds, so a
# look-back that is one millisecond shorter makes the same selection as five minutes do in Prometheus 3.
LOOKBACK = "4m59s999ms"


class Server:
    """A process that answers the Prometheus HTTP API; `url` is where."""

    url: str
    token = None

    def write(self, series):
        try:
            remote_write.send(self.url + "/api/v1/write", series, self.token)
        except RuntimeError as refusal:
            raise SystemExit(f"compare: {refusal}") from None

    def connect(self):
        return Connection(self.url, self.token)


class Prometheus(Server):
    """Prometheus 2.42 with a data directory of its own."""

    def __init__(self, directory, binary="prometheus", lookback=LOOKBACK):
        program = shutil.which(binary)
        if not program:
            raise SystemExit(f"expected the program {binary}, found none: apt-get install prometheus")
        directory.mkdir(parents=True)
        (directory / "prometheus.yml").write_text("global: {evaluation_interval: 1m}\n")
        port = city.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = directory / "log"
        self.process = subprocess.Popen(
            [program, f"--config.file={directory / 'prometheus.yml'}", f"--storage.tsdb.path={directory / 'data'}",
             f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=10y",
             f"--query.lookback-delta={lookback}", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=self.log.open("ab"), stderr=subprocess.STDOUT)

    def await_ready(self):
        def is_ready():
            if self.process.poll() is not None:
                raise SystemExit(f"prometheus ended with status {self.process.returncode}:\n{self.log.read_text(errors='replace')}")
            try:
                connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=5)
                connection.request("GET", "/-/ready")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False
            finally:
                connection.close()
        city.await_condition("prometheus is ready", is_ready, 60)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Haidang(Server):
    """`haidang serve` on a configuration without devices, where requests without a token may read."""

    def __init__(self, directory, binary=None, token=None):
        token = token or os.environ.get("HAIDANG_TOKEN")
        if binary:
            city.HAIDANG = pathlib.Path(binary).resolve()
        if not os.access(city.HAIDANG, os.X_OK):
            raise SystemExit(f"expected the program {city.HAIDANG}, found none: swift build -c release --product haidang")
        configuration = directory / "configuration"
        (configuration / "inventory").mkdir(parents=True)
        (configuration / "haidang.yml").write_text("cityName: peers\nmonitorSite: s\nanonymous: viewer\nmetricsPageSeries: 0\n")
        (configuration / "inventory" / "peers.yml").write_text("areas: [{id: a, name: a}]\nsites: [{id: s, name: s, area: a}]\n")
        self.service = city.Service(["serve", "--config", configuration], directory / "data", directory / "log")
        self.url = self.service.url
        self.token = token

    def await_ready(self):
        self.service.await_ready()
        if self.token is None:
            made = subprocess.run(
                [city.HAIDANG, "token", "create", "peers", "--role", "admin", "--data", self.service.data],
                capture_output=True, text=True, check=True)
            self.token = made.stdout.split()[-1]

    def write(self, series):
        super().write(series)
        last = max(series, key=lambda one: one.samples[-1][0])
        name, (at, _) = last.labels["__name__"], last.samples[-1]
        connection = self.connect()
        try:
            city.await_condition("the sample sent last answers a query", lambda: parsed(connection.ask(
                "/api/v1/query", {"query": name, "time": at / 1000})[1]).get("data", {}).get("result"), 30)
        finally:
            connection.close()

    def close(self):
        if self.service.process.poll() is None:
            self.service.terminate()


class Connection:
    """One connection that is kept open; for one thread."""

    def __init__(self, url, token):
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
        self._headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "keep-alive"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def ask(self, path, parameters, method="POST"):
        """The status and the bytes of the answer. A connection that the server has closed between two requests is made anew."""
        body = urllib.parse.urlencode(parameters, doseq=True).encode()
        if method == "GET":
            path, body = f"{path}?{body.decode()}", None
        for attempt in (1, 2):
            try:
                self._connection.request(method, path, body, self._headers)
                reply = self._connection.getresponse()
                return reply.status, reply.read()
            except (ConnectionError, http.client.RemoteDisconnected):
                self._connection.close()
                if attempt == 2:
                    raise

    def close(self):
        self._connection.close()


def parsed(body):
    """An answer as JSON; one that is none becomes an error, so that it shows as a difference."""
    try:
        return json.loads(body)
    except ValueError:
        return {"status": "error", "errorType": f"no JSON: {body[:80]!r}"}
