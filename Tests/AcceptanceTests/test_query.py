"""`haidang query`: of a running service by URL and by its data directory, and of the files of a stopped one."""

import csv
import fcntl
import io
import json
import os
import pty
import select
import subprocess
import time

import pytest

from city import CHECKOUT, HAIDANG, await_condition, clean_environment, free_port


def query(*arguments, status=0, environment=None):
    """Runs `haidang query` away from any terminal; returns its standard output and standard error."""
    run = subprocess.run(
        [HAIDANG, "query", *map(str, arguments)], cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, env={**clean_environment(), "TZ": "UTC", **(environment or {})})
    assert run.returncode == status, (run.returncode, run.stdout[-2000:], run.stderr[-2000:])
    return run.stdout, run.stderr


def on_terminal(*arguments, environment=None):
    """Runs `haidang query` with standard output on a terminal of 80 × 24; returns what it shows."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [HAIDANG, "query", *map(str, arguments)], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=theirs,
        stderr=subprocess.PIPE, env={**clean_environment(), "TZ": "UTC", "TERM": "xterm", **(environment or {})})
    os.close(theirs)
    shown = b""
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    piece = os.read(ours, 65536)
                except OSError:
                    # The other end is closed.
                    break
                if not piece:
                    break
                shown += piece
        status = run.wait(10)
    finally:
        run.kill()
        os.close(ours)
    assert status == 0, (status, shown[-2000:], run.stderr.read()[-2000:])
    return shown.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A data directory of no service: a power that grows by one a minute over a day, a month ago."""
    data = tmp_path_factory.mktemp("stopped") / "data"
    data.mkdir()
    start = int(time.time()) // 86400 * 86400 - 30 * 86400
    page = "# TYPE old_watts gauge\n# UNIT old_watts watts\n" + "".join(
        f'old_watts{{sensor="{sensor}",site="hq"}} {minute + sensor} {start + minute * 60}\n'
        for sensor in range(2) for minute in range(1440)) + "# EOF\n"
    load = subprocess.run(
        [HAIDANG, "db", "import", "--data", data, "-"], input=page, capture_output=True, text=True, timeout=60)
    assert load.returncode == 0, load.stderr
    return data, start


def test_one_time_is_a_table_and_json_is_what_the_api_says(demo):
    before = await_condition(
        "pools are polled", lambda: len(demo.query("link_up")) >= 20 and len(demo.query("capacity_size_bytes")), 150)
    table, errors = query("capacity_size_bytes", "--data", demo.data)
    head, *rows = table.splitlines()
    assert head.split()[0] == "metric" and head.split()[-1] == "value"
    assert 1 <= before <= len(rows) <= len(demo.query("capacity_size_bytes"))
    assert all(row.startswith("capacity_size_bytes ") and row.endswith("B") for row in rows)
    assert errors == ""
    # As the simulated anonymous viewer, without a token.
    found = json.loads(query("link_up", "--server", demo.url, "--json")[0])
    assert found["status"] == "success"
    assert 20 <= len(found["data"]["result"]) <= len(demo.query("link_up"))
    assert query("1 + 1", "--server", demo.url + "/")[0] == "2\n"
    assert query('"a\\u0007b"', "--server", demo.url)[0] == "a\\x07b\n"


def test_a_range_is_csv_away_from_a_terminal(demo):
    text, _ = query("sum(capacity_used_bytes)", "--data", demo.data, "--end", "now-1h", "--last", "7d")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["time", "value"]
    assert 50 <= len(rows) - 1 <= 150
    assert all(float(value) > 0 for _, value in rows[1:])
    assert "\x1b" not in text
    step, _ = query("vector(1)", "--data", demo.data, "--start", "2026-01-01T00:00:00Z", "--end", "1767225660", "--step", "30s")
    assert step == "time,value\n" + "".join(f"2026-01-01T00:0{at}.000Z,1\n" for at in ("0:00", "0:30", "1:00"))


def test_a_range_is_a_chart_on_a_terminal(demo):
    expression = "topk(3, capacity_used_bytes)"
    chart = on_terminal(expression, "--data", demo.data, "--last", "30d")
    lines = chart.splitlines()
    assert sum("┤" in line for line in lines) >= 2
    assert any("└" in line and "┬" in line for line in lines)
    assert any("\u2801" <= character <= "\u28ff" for character in chart)
    assert "\x1b[36m" in chart and chart.count("\x1b[0m") >= 3
    assert any(line.split() == ["last", "min", "max"] for line in lines)
    plain = on_terminal(expression, "--data", demo.data, "--last", "30d", environment={"NO_COLOR": "1"})
    assert "\x1b" not in plain
    drawing = [line for line in plain.splitlines() if "┤" in line or "│" in line]
    assert len(drawing) >= 6 and all(len(line) <= 80 for line in drawing)
    # Elsewhere a chart may be asked for; it has no colours.
    asked, _ = query(expression, "--data", demo.data, "--last", "30d", "--format", "chart")
    assert "┤" in asked and "\x1b" not in asked


def test_an_error_shows_its_place_in_the_expression(demo):
    for where in (["--data", demo.data], ["--server", demo.url]):
        out, errors = query("sum(up) by site)", *where, status=1)
        message, expression, caret = errors.splitlines()
        assert out == ""
        assert message.startswith("haidang: ") and "parse error" in message
        assert expression == "  sum(up) by site)"
        column = int(message.split("parse error")[0].split(":")[-2])
        assert caret == " " * (2 + column - 1) + "^"


def test_no_series_is_an_answer(demo):
    out, errors = query("no_such_metric", "--data", demo.data)
    assert (out, errors) == ("", "haidang: no series\n")
    out, errors = query("no_such_metric", "--data", demo.data, "--last", "1h", "--json")
    assert json.loads(out)["data"] == {"resultType": "matrix", "result": []}
    assert errors == "haidang: no series\n"


def test_warnings_go_to_standard_error(demo):
    out, errors = query("quantile(2, link_up)", "--data", demo.data, "--json")
    noted = json.loads(out).get("warnings", []) + json.loads(out).get("infos", [])
    assert noted
    assert all(note in errors for note in noted)
    assert "^" in errors


def test_a_server_that_wants_a_token_takes_it_from_the_environment(demo):
    made = subprocess.run(
        [HAIDANG, "token", "create", "query-viewer", "--role", "viewer", "--data", demo.data], capture_output=True,
        text=True, timeout=30)
    assert made.returncode == 0, made.stderr
    url = ["--server", demo.url]
    assert query("vector(7)", *url, environment={"HAIDANG_TOKEN": made.stdout.strip()})[0] == "7\n"
    _, errors = query("vector(7)", *url, status=1, environment={"HAIDANG_TOKEN": "wrong"})
    assert "HAIDANG_TOKEN" in errors and "wrong" not in errors


def test_wrong_usage_and_servers_that_are_none():
    for arguments, message in [
        (["up", "--time", "now", "--last", "1h"], "--time is for one time"),
        (["up", "--last", "1 hour"], "--last: expected"),
        (["up", "--format", "chart"], "--format chart draws a range"),
        (["up", "--server", "http://127.0.0.1", "--data", "/tmp"], "either"),
    ]:
        assert message in query(*arguments, status=64)[1]
    url = f"http://user:secret@127.0.0.1:{free_port()}"
    _, errors = query("up", "--server", url, status=1)
    assert "expected a service that answers" in errors and "secret" not in errors
    assert "no-such-directory" in query("up", "--data", "/no-such-directory", status=1)[1]


def test_the_files_of_a_stopped_service_answer_too(archive):
    data, start = archive
    at = start + 600
    table, errors = query("old_watts", "--data", data, "--time", at)
    assert [row.split() for row in table.splitlines()] == [
        ["metric", "sensor", "site", "value"], ["old_watts", "0", "hq", "10", "10", "W"],
        ["old_watts", "1", "hq", "11", "11", "W"]]
    assert errors == ""
    text, _ = query("sum(old_watts)", "--data", data, "--start", start, "--end", at, "--step", "5m")
    assert [row.split(",")[1] for row in text.splitlines()] == ["value", "1", "11", "21"]
    assert json.loads(query("old_watts", "--data", data, "--time", at, "--format", "json")[0])["data"]["result"]
    _, errors = query("old_watts{", "--data", data, status=1)
    assert errors.splitlines()[1] == "  old_watts{"


def test_files_that_another_process_holds_are_left_alone(archive, tmp_path):
    data, _ = archive
    # As a service does that has not opened its control socket yet.
    with (data / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _, errors = query("up", "--data", data, status=1)
    assert "expected a data directory no other process uses" in errors
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "expected metrics.db in it, found none" in query("up", "--data", empty, status=1)[1]
