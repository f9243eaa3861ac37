"""The service answers as its description, `/api/v1/openapi.json`, says, whatever it is asked."""

import json
import os
import subprocess
import sys
import time
import urllib.error

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, response_headers_conformance, response_schema_conformance,
    status_code_conformance)

from city import CHECKOUT, HAIDANG, Service

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "PromQLPeers"))
import data  # noqa: E402
import remote_write  # noqa: E402

DESCRIPTION = json.loads((CHECKOUT / "Sources/HTTPAPI/Resources/openapi.json").read_text())
CONFORMANCE = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance]
# Asked below with words of this file alone: a backup writes where it is told to, and a removal may hit the tokens in use.
DESTRUCTIVE = "^/api/v1/db/backup$"
EXPRESSIONS = [
    "1", "-1 ^ NaN", '"text"', "gauge", 'gauge{site="s"} offset 5m', "gauge @ end()", "gauge[10m]", "gauge[10m:1m]",
    "rate(counter_total[5m])", "sum by (site) (gauge)", "topk(1, gauge) or gauge", "gauge * on (site) group_left () gauge",
    "histogram_quantile(0.9, rate(size_bucket[5m]))", "absent(nothing)", 'label_replace(gauge, "a", "$1", "site", "(.*)")',
    "gauge and ignoring (site) gauge", "count_values(\"v\", gauge)", "gauge > bool 1", "vector(time())", "(", "rate(gauge)", "gauge{", "1 +",
    "nothing(", "{}", "sum_over_time(vector(1)[1h:1ms])", "gauge + on () gauge"]
SELECTORS = ["gauge", '{__name__=~".+"}', 'gauge{site!="s"}', "gauge offset 5m", "gauge @ 0", "1", "{}", "gauge{", '{a=~"("}', '{__name__=~"a|"}']


def lines(rows):
    return "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows).encode(errors="replace")


schemathesis.openapi.format("promql", strategies.sampled_from(EXPRESSIONS) | strategies.text(min_size=1, max_size=20))
schemathesis.openapi.format("promql-selector", strategies.sampled_from(SELECTORS) | strategies.text(min_size=1, max_size=20))
schemathesis.openapi.format("promql-duration", strategies.from_regex(r"\A([1-9][0-9]{0,3}(ms|s|m|h|d|w|y)){1,3}\Z"))
schemathesis.openapi.media_type(
    "application/x-protobuf",
    strategies.sampled_from([b"", b"\x00", b"\xff" * 9, remote_write.snappy(b""), remote_write.snappy(b"\x0a\x01")])
    | strategies.binary(max_size=100) | strategies.binary(max_size=100).map(remote_write.snappy))
schemathesis.openapi.media_type(
    "application/openmetrics-text",
    strategies.sampled_from([b"# EOF\n", b"imported 1 1700000000\n# EOF\n", b"imported 1\n", b"imported NaN 1e300\n", b"\xff\n"])
    | strategies.binary(max_size=100))


@schemathesis.serializer("application/x-ndjson")
def lines_of_rows(context, value):
    return lines(value if isinstance(value, list) else [value])


@schemathesis.deserializer("application/x-ndjson")
def rows_of_lines(context, response):
    return [json.loads(line) for line in response.content.splitlines()]


schema = schemathesis.openapi.from_dict(DESCRIPTION, config=schemathesis.Config.from_dict({
    "seed": 1,
    "generation": {"max-examples": 20, "with-security-parameters": False, "no-shrink": True},
    # 503 is an answer of its own where it is described: no time, no room, not ready. 500 never is.
    "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]}},
    "phases": {"coverage": {"unexpected-methods": []}},
}))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service without devices, with some samples and a token of each role."""
    work = tmp_path_factory.mktemp("openapi")
    config = work / "config"
    (config / "inventory").mkdir(parents=True)
    (config / "haidang.yml").write_text("cityName: api\nmonitorSite: s\n")
    (config / "inventory" / "api.yml").write_text("areas: [{id: a, name: a}]\nsites: [{id: s, name: s, area: a}]\n")
    service = Service(["serve", "--config", config], work / "data", work / "log")
    service.await_ready()

    def token(role):
        made = subprocess.run(
            [HAIDANG, "token", "create", f"t-{role}", "--role", role, "--data", service.data], capture_output=True, text=True, check=True)
        return made.stdout.split()[-1]
    service.tokens = {role: token(role) for role in ("viewer", "operator", "admin")}
    service.token = service.tokens["admin"]
    now = int(time.time()) * 1000
    times = [now - 60_000 * minute for minute in range(60, 0, -1)]
    remote_write.send(service.url + "/api/v1/write", [
        data.Series({"__name__": "gauge", "site": "s"}, [(at, float(index)) for index, at in enumerate(times)]),
        data.Series({"__name__": "counter_total", "site": "s"}, [(at, index * 10.0) for index, at in enumerate(times)]),
        *(data.Series({"__name__": "size_bucket", "site": "s", "le": bound}, [(at, index * share) for index, at in enumerate(times)])
          for bound, share in (("1", 1.0), ("+Inf", 2.0)))], service.tokens["operator"])
    yield service
    service.close()


@pytest.fixture(scope="module")
def connection(service):
    """One connection for all requests."""
    with requests.Session() as session:
        yield session


def test_the_description_is_one():
    schema.validate()


def ask(case, service, connection, token="admin", checks=CONFORMANCE):
    headers = {"Authorization": f"Bearer {service.tokens[token]}"} if token else {}
    return case.call_and_validate(
        base_url=service.url, session=connection, headers=headers, checks=checks, timeout=30)


@schema.exclude(path_regex=DESTRUCTIVE).exclude(method="DELETE").parametrize()
@hypothesis.settings(
    max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_answer_is_as_described(case, service, connection):
    ask(case, service, connection)


def operation(method, path, **parts):
    return schema[path][method].Case(**parts)


def form(path, **fields):
    return operation("POST", path, body=fields, media_type="application/x-www-form-urlencoded")


def test_a_backup_is_answered_as_described(service, connection, tmp_path):
    for directory, status in ((str(tmp_path / "copy"), 200), (str(tmp_path / "copy"), 200), ("copy", 400), ("", 400)):
        reply = ask(form("/api/v1/db/backup", directory=directory), service, connection)
        assert reply.status_code == status
    assert (tmp_path / "copy" / "metrics.db").exists()
    assert ask(form("/api/v1/db/backup"), service, connection).status_code == 400


def test_a_token_is_made_and_removed_as_described(service, connection):
    path = "/api/v1/tokens"
    for fields, status in (
        ({"name": "made", "role": "viewer", "area": "a"}, 200), ({"name": "made", "role": "viewer"}, 409), ({"name": "set-up", "role": "admin"}, 400),
        ({"name": "x", "role": "king"}, 400), ({"name": "x", "role": "viewer", "area": "nowhere"}, 400),
    ):
        assert ask(form(path, **fields), service, connection).status_code == status
    for query, status in (({"name": "made"}, 200), ({"name": "made"}, 404), ({}, 400)):
        assert ask(operation("DELETE", path, query=query), service, connection).status_code == status


def test_limits_of_bodies_are_as_described(service, connection):
    assert ask(form("/api/v1/query", query="1" * (1 << 20)), service, connection).status_code == 413
    body = operation(
        "POST", "/api/v1/write", headers={"Content-Encoding": "snappy"}, body=b"\x00" * ((32 << 20) + 1), media_type="application/x-protobuf")
    assert ask(body, service, connection).status_code == 413


ROLES = ["viewer", "planner", "operator", "admin"]


def refused():
    """Each operation with the token that just does not suffice for it; None: without any."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, described in methods.items():
            for requirement in described["security"]:
                least, = requirement["token"]
                lower = [role for role in ("viewer", "operator") if ROLES.index(role) < ROLES.index(least)]
                for token in [None, *lower[-1:]]:
                    yield pytest.param(method.upper(), path, token, id=f"{method.upper()} {path} {token or 'nobody'}")


@pytest.mark.parametrize("method, path, token", list(refused()))
def test_who_may_not_is_refused_as_described(service, connection, method, path, token):
    parts = {"path_parameters": {"name": "job"}} if "{name}" in path else {}
    reply = ask(operation(method, path, **parts), service, connection, token)
    assert reply.status_code == (403 if token else 401), reply.content[:300]


def test_the_description_is_served(service):
    with service.open("/api/v1/openapi.json") as reply:
        assert reply.headers["Content-Type"] == "application/json"
        assert json.load(reply) == DESCRIPTION
    service.token, admin = None, service.token
    try:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            service.open("/api/v1/openapi.json")
    finally:
        service.token = admin
