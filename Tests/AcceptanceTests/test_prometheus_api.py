"""What tools made for Prometheus ask of the service, and what they get."""

import contextlib
import functools
import gzip
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse

import pytest

import city
from city import HAIDANG, await_condition

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "PromQLPeers"))
import data  # noqa: E402
import remote_write  # noqa: E402


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    """A service without devices that holds the data set of the PromQL comparison, written by remote write."""
    work = tmp_path_factory.mktemp("prometheus-api")
    config = work / "config"
    (config / "inventory").mkdir(parents=True)
    (config / "haidang.yml").write_text(
        "cityName: api\nmonitorSite: s\nanonymous: viewer\nreceivers:\n"
        "  - { name: chat, webhook: \"https://chat.example/hook/s3cret?token=s3cret,key=s3cret\" }\n"
        "  - { name: bot, webhook: https://chat.example/s3cret }\n")
    (config / "inventory" / "api.yml").write_text("areas: [{id: a, name: a}]\nsites: [{id: s, name: s, area: a}]\n")
    service = city.Service(["serve", "--config", config], work / "data", work / "log")
    service.await_ready()

    def token(role):
        made = subprocess.run([HAIDANG, "token", "create", f"t-{role}", "--role", role, "--data", service.data],
                              capture_output=True, text=True, check=True)
        return made.stdout.split()[-1]
    service.tokens = {role: token(role) for role in ("viewer", "operator")}
    service.base = int(time.time()) // 3600 * 3600 - 4 * 3600
    service.set = data.DataSet(service.base)
    remote_write.send(service.url + "/api/v1/write", service.set.series, service.tokens["operator"])
    yield service
    service.close()


def ask(service, path, method="GET", body=None, headers=None):
    """Status, headers and body."""
    connection = http.client.HTTPConnection(service.url.removeprefix("http://").rstrip("/"), timeout=60)
    connection.request(method, path, body, headers or {})
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, dict(reply.getheaders()), content


def answer(service, path, **parameters):
    status, _, body = ask(service, path + ("?" + urllib.parse.urlencode(parameters, doseq=True) if parameters else ""))
    assert status == 200, body
    return json.loads(body)["data"]


def test_grafana_asks_by_form_and_in_all_notations(peers):
    end = peers.base + 7200
    for start, step in ((peers.base + 3600, "60"), (f"{peers.base + 3600}.000", "60s"), (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(peers.base + 3600)), "1m")):
        form = urllib.parse.urlencode({"query": "rate(node_cpu_seconds_total[5m])", "start": start, "end": end, "step": step})
        status, headers, body = ask(peers, "/api/v1/query_range", "POST", form,
                                    {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip"})
        assert status == 200, body
        assert headers["Content-Encoding"] == "gzip"
        reply = json.loads(gzip.decompress(body))
        assert reply["status"] == "success" and reply["data"]["resultType"] == "matrix"
        assert max(len(series["values"]) for series in reply["data"]["result"]) == 61


def test_another_method_is_told_which_are_served(peers):
    for path, method, allowed in (("/api/v1/query", "PUT", "GET, POST"), ("/api/v1/label/job/values", "POST", "GET"),
                                  ("/api/v1/write", "GET", "POST")):
        status, headers, body = ask(peers, path, method)
        assert (status, headers["Allow"]) == (405, allowed)
        assert json.loads(body)["error"] == f"expected {allowed} at {path}, found {method}"
    assert ask(peers, "/api/v1/nothing", "PUT")[0] == 404


def test_series_labels_and_metadata(peers):
    names = answer(peers, "/api/v1/labels")
    assert {"__name__", "instance", "le"} <= set(names) and names == sorted(names)
    assert set(answer(peers, "/api/v1/labels", **{"match[]": "node_load1"})) <= set(names)
    values = answer(peers, "/api/v1/label/__name__/values", **{"match[]": '{__name__=~"node_load.*"}'})
    assert values == sorted(values) and "node_load1" in values and all(value.startswith("node_load") for value in values)
    series = answer(peers, "/api/v1/series", **{"match[]": ["node_load1", "node_info"]})
    assert {one["__name__"] for one in series} == {"node_load1", "node_info"}
    assert len(answer(peers, "/api/v1/series", **{"match[]": "node_load1", "limit": 1})) == 1
    status, _, body = ask(peers, "/api/v1/series")
    assert status == 400 and json.loads(body)["errorType"] == "bad_data"
    assert answer(peers, "/api/v1/metadata", metric="up")["up"][0]["type"] == "gauge"
    assert answer(peers, "/api/v1/query_exemplars", query="up") == []
    assert len(answer(peers, "/api/v1/metadata", limit=-1)) > 1
    assert ask(peers, "/api/v1/metadata?limit_per_metric=x")[0] == 400
    assert ask(peers, "/api/v1/query_exemplars?query=up&start=5&end=1")[0] == 400


def test_labels_are_those_of_the_period_that_is_asked_for(peers):
    later = int(time.time()) + 86_400
    for path in ("/api/v1/labels", "/api/v1/label/__name__/values"):
        assert answer(peers, path, start=later, end=later + 60) == []
        assert answer(peers, path, start=5, end=1) == []
        # As clients in Go spell "from the beginning to the end".
        assert answer(peers, path, start=-9223309901257974, end=9223309901257974) == answer(peers, path)


def test_what_tools_ask_about_the_server(peers):
    assert answer(peers, "/api/v1/status/buildinfo")["application"] == "haidang"
    assert answer(peers, "/api/v1/status/runtimeinfo")["reloadConfigSuccess"] is True
    assert answer(peers, "/api/v1/alertmanagers") == {"activeAlertmanagers": [], "droppedAlertmanagers": []}
    group, = answer(peers, "/api/v1/rules")["groups"]
    assert {rule["name"] for rule in group["rules"]} == {"DeviceDown", "LinkDown", "LinkAdministrativelyDown"}
    assert answer(peers, "/api/v1/alerts") == {"alerts": []}
    assert answer(peers, "/api/v1/rules", **{"rule_group[]": "nope"})["groups"] == []
    assert answer(peers, "/api/v1/rules", **{"file[]": "nope"})["groups"] == []
    group, = answer(peers, "/api/v1/rules", exclude_alerts="true", **{"rule_group[]": "built-in"})["groups"]
    assert all("alerts" not in rule for rule in group["rules"])
    assert answer(peers, "/api/v1/targets", state="dropped")["activeTargets"] == []
    status, headers, body = ask(peers, "/-/healthy", "HEAD")
    assert (status, body) == (200, b"")
    assert ask(peers, "/api/v1/label//values")[0] == 404
    status, _, body = ask(peers, "/federate")
    assert (status, body.strip()) in ((200, b""), (200, b"# EOF"))
    status, _, body = ask(peers, "/api/v1/query", "POST", b"--x--", {"Content-Type": "multipart/form-data; boundary=x"})
    assert status == 400 and "multipart/form-data" in json.loads(body)["error"]
    assert ask(peers, "/-/healthy")[0] == 200 and ask(peers, "/-/ready")[0] == 200


def test_the_configuration_is_for_operators_and_without_secrets(peers):
    assert ask(peers, "/api/v1/status/config")[0] == 403
    headers = {"Authorization": f"Bearer {peers.tokens['operator']}"}
    status, _, body = ask(peers, "/api/v1/status/config", headers=headers)
    text = json.loads(body)["data"]["yaml"]
    assert status == 200 and "cityName: api" in text and "chat.example/<secret>" in text
    assert "s3cret" not in text
    statistics = json.loads(ask(peers, "/api/v1/status/tsdb", headers=headers)[2])["data"]
    assert statistics["headStats"]["numSeries"] >= len(peers.set.series)
    assert len(statistics["seriesCountByMetricName"]) == 10
    assert ask(peers, "/api/v1/status/tsdb?limit=0", headers=headers)[0] == 400


def test_expressions_are_formatted_and_parsed(peers):
    assert answer(peers, "/api/v1/format_query", query="sum(rate(x[5m]))by(site)") == "sum by (site) (rate(x[5m]))"
    tree = answer(peers, "/api/v1/parse_query", query="1 + foo{a=\"b\"} offset 5m")
    assert tree["type"] == "binaryExpr" and tree["rhs"]["offset"] == 300000
    assert [matcher["name"] for matcher in tree["rhs"]["matchers"]] == ["a", "__name__"]
    assert answer(peers, "/api/v1/parse_query", query="1e25")["val"] == "1" + "0" * 25
    status, _, body = ask(peers, "/api/v1/query?" + urllib.parse.urlencode({"query": "rate(up)"}))
    assert status == 400 and "1:6" in json.loads(body)["error"]


def test_statistics_and_limits(peers):
    at = peers.base + 7200
    reply = answer(peers, "/api/v1/query", query="rate(node_cpu_seconds_total[5m])", time=at, stats="all")
    assert reply["stats"]["samples"]["totalQueryableSamples"] > 0
    assert len(reply["stats"]["samples"]["totalQueryableSamplesPerStep"]) == 1
    sums = answer(peers, "/api/v1/query", query="rate(node_cpu_seconds_total[5m])", time=at, stats="true")["stats"]["samples"]
    assert sums["totalQueryableSamples"] == reply["stats"]["samples"]["totalQueryableSamples"]
    assert "totalQueryableSamplesPerStep" not in sums
    status, _, body = ask(peers, "/api/v1/query?" + urllib.parse.urlencode({"query": "node_load1", "time": at, "limit": 1}))
    reply = json.loads(body)
    assert len(reply["data"]["result"]) == 1 and reply["warnings"] == ["results truncated due to limit"]


def test_remote_write_takes_what_it_can_and_says_what_it_cannot(peers):
    def post(series, role="operator", **headers):
        body = series if isinstance(series, bytes) else remote_write.snappy(next(remote_write.batches(series)))
        return ask(peers, "/api/v1/write", "POST", body, {
            "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
            **({"Authorization": f"Bearer {peers.tokens[role]}"} if role else {}), **headers})
    now = int(time.time() * 1000)
    good = data.Series({"__name__": "written", "site": "s"}, [(now, 1.5)])
    assert post([good])[0] == 204
    await_condition("the sample answers", lambda: answer(peers, "/api/v1/query", query="written"), 10)
    assert post([good])[0] == 204, "the same again does no harm"
    status, _, body = post([data.Series(good.labels, [(now, 2.5)])])
    assert status == 400 and b"refused 1" in body
    status, _, body = post([data.Series(good.labels, [(now + 3600_000, 1)])])
    assert status == 400 and b"ahead" in body
    assert post([good], role=None)[0] in (401, 403)
    assert post([good], role="viewer")[0] == 403
    assert post(b"no snappy")[0] == 400
    assert post([good], **{"Content-Type": "text/plain"})[0] == 415


def test_promtool_queries_the_service(peers):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    at = str(peers.base + 7200)
    run = subprocess.run(["promtool", "query", "instant", "--time", at, peers.url.rstrip("/"), "count(node_load1)"], capture_output=True, text=True)
    assert run.returncode == 0 and "=>" in run.stdout, run.stderr
    run = subprocess.run(
        ["promtool", "query", "range", f"--start={peers.base}", f"--end={at}", "--step=10m", peers.url.rstrip("/"), "node_load1"], capture_output=True, text=True)
    assert run.returncode == 0 and "node_load1" in run.stdout, run.stderr
    run = subprocess.run(["promtool", "query", "labels", peers.url.rstrip("/"), "instance"], capture_output=True, text=True)
    assert run.returncode == 0 and "web1" in run.stdout, run.stderr


BOMBS = [
    {"query": "up", "start": 0, "end": 315_360_000, "step": "1ms"},
    {"query": "sum_over_time(sum_over_time(sum_over_time({__name__=~\".+\"}[1h:1ms])[1d:1ms])[30d:1ms])", "start": 0, "end": 1, "step": 1},
    {"query": "count({__name__=~\"(a+)+$\"})", "start": 0, "end": 1, "step": 1},
    {"query": "(" * 5000 + "1" + ")" * 5000, "start": 0, "end": 1, "step": 1},
    {"query": "1" + "+1" * 400_000, "start": 0, "end": 1, "step": 1},
    {"query": functools.reduce(lambda inner, _: f'label_replace({inner},"a","{"$1" * 10}","a","(.*)")', range(12),
                               'label_replace(vector(1),"a","0123456789","a",".*")'), "start": 0, "end": 1, "step": 1},
    {"query": "sort_by_label(node_cpu_seconds_total," + ",".join(f'"a{number}"' for number in range(5000)) + ")", "start": 0, "end": 1,
     "step": 1},
    {"query": "absent(up{" + ",".join(f'a{number}="x"' for number in range(60_000)) + "})", "start": 0, "end": 1, "step": 1},
    {"query": "node_cpu_seconds_total unless on(" + ",".join(f"a{number}" for number in range(1500)) + ") node_cpu_seconds_total",
     "start": 0, "end": 10_000, "step": 1},
]


@pytest.mark.parametrize("bomb", BOMBS, ids=["steps", "nested", "pattern", "deep", "long", "labels", "names", "absent", "on"])
def test_a_query_bomb_ends_soon_and_others_go_on(peers, bomb):
    began = time.monotonic()
    connection = http.client.HTTPConnection(peers.url.removeprefix("http://").rstrip("/"), timeout=60)
    connection.request("POST", "/api/v1/query_range", urllib.parse.urlencode(bomb), {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer(peers, "/api/v1/query", query="1")["result"][1] == "1"
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status < 500, body[:300]
    assert time.monotonic() - began < 30
    assert resident_mib(peers) < 1_024


def resident_mib(service):
    with open(f"/proc/{service.process.pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def test_clients_that_read_nothing_do_not_stop_others(peers):
    query = urllib.parse.urlencode({
        "query": "node_cpu_seconds_total or node_load1", "start": peers.base, "end": peers.base + 10_000, "step": 1})
    host, port = peers.url.removeprefix("http://").rstrip("/").split(":")
    ended = peers.own_metric("haidang_queries_total")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(contextlib.closing(socket.socket()))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((host, int(port)))
            client.sendall(f"GET /api/v1/query_range?{query} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        await_condition("their queries have ended", lambda: peers.own_metric("haidang_queries_total") >= ended + 3, 30)
        assert answer(peers, "/api/v1/query", query="1")["result"][1] == "1"
        assert len(answer(peers, "/api/v1/query", query="node_load1", time=peers.base + 7200)["result"]) > 0


def test_a_query_ends_when_its_client_goes(peers):
    query = urllib.parse.urlencode({
        "query": "sum(sum_over_time(node_load1[1h:1s])) + sum(quantile_over_time(0.5, node_load1[2h:1s]))",
        "start": peers.base, "end": peers.base + 10_000, "step": 1})
    host, port = peers.url.removeprefix("http://").rstrip("/").split(":")
    failed = peers.own_metric("haidang_queries_failed_total")
    client = socket.create_connection((host, int(port)))
    client.sendall(f"GET /api/v1/query_range?{query} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    await_condition("the query is at work", lambda: peers.own_metric("haidang_queries_running") == 1, 20)
    client.close()
    await_condition("the query has ended", lambda: peers.own_metric("haidang_queries_running") == 0, 15)
    assert peers.own_metric("haidang_queries_failed_total") == failed + 1, "it was given up, not answered"
