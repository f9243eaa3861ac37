"""Care of the data: beside a running service and without one."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import time

import pytest

from city import CHECKOUT, HAIDANG, await_condition


def db(command, data, *arguments, status=0, input=None):
    """Runs `haidang db COMMAND` and returns what it printed."""
    run = subprocess.run(
        [HAIDANG, "db", command, "--data", data, *map(str, arguments)], cwd=CHECKOUT, input=input, capture_output=True,
        text=True, timeout=300)
    assert run.returncode == status, (run.returncode, run.stdout[-2000:], run.stderr[-2000:])
    return run.stderr if status else run.stdout


def samples(archive):
    """The samples of an archive of JSON lines, by series."""
    found = {}
    for line in archive.splitlines():
        row = json.loads(line)
        key = json.dumps(row["metric"], sort_keys=True)
        found.setdefault(key, []).extend(zip(row["timestamps"], row["values"]))
    return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An OpenMetrics file with hourly samples of a season, most of a year ago."""
    path = tmp_path_factory.mktemp("archive") / "old.om"
    start = int(time.time()) // 3600 * 3600 - 300 * 86400
    with path.open("w") as file:
        file.write("# HELP old_watts Power of old.\n# TYPE old_watts gauge\n# UNIT old_watts watts\n")
        for hour in range(2000):
            for sensor in range(5):
                file.write(f'old_watts{{sensor="{sensor}",site="hq"}} {hour * 0.1 + sensor} {start + hour * 3600}\n')
        file.write("# EOF\n")
    return path


def test_info_and_verify_beside_the_service(demo):
    info = json.loads(db("info", demo.data, "--json"))
    assert info["series"] > 1000
    assert info["damage"] == []
    assert sum(blocks["samples"] for blocks in info["blocks"]) + info["batches"]["samples"] > 1000
    assert "series" in db("info", demo.data)
    report = json.loads(db("verify", demo.data, "--json"))
    assert report["findings"] == []
    assert report["series"] >= info["series"] * 0.9
    assert "everything is sound" in db("verify", demo.data)


def test_others_than_administrators_are_refused(demo):
    token = subprocess.run(
        [HAIDANG, "token", "create", "db-operator", "--role", "operator", "--data", demo.data], capture_output=True,
        text=True, timeout=30)
    assert token.returncode == 0, token.stderr
    for path, method in [
        ("info", "GET"), ("verify", "POST"), ("backup", "POST"), ("export?format=csv", "GET"), ("import?format=jsonl", "POST"),
        ("compact", "POST"),
    ]:
        curl = subprocess.run(
            ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-X", method, "-H",
             f"Authorization: Bearer {token.stdout.strip()}", f"{demo.url}/api/v1/db/{path}"],
            capture_output=True, text=True, timeout=30)
        assert curl.stdout == "403", path


def test_a_backup_beside_polling_holds_what_was_acknowledged(demo, tmp_path):
    # Forecasts commit, too, before many a link was polled.
    await_condition("links were polled", lambda: len(demo.query("link_up")) >= 20, 90)
    commits = demo.own_metric("haidang_store_commits_total")
    await_condition("two commits", lambda: demo.own_metric("haidang_store_commits_total") >= commits + 2, 90)
    before = samples(db("export", demo.data, "--format", "jsonl", "--match", "link_up", "--match", "capacity_used_bytes"))
    copy = tmp_path / "copy"
    report = json.loads(db("backup", demo.data, "--json", copy))
    assert report["findings"] == []
    assert {file["name"] for file in report["files"]} == {"metrics.db", "state.db"}
    assert sorted(os.listdir(copy)) == ["metrics.db", "state.db"]
    for name in os.listdir(copy):
        assert stat.S_IMODE((copy / name).stat().st_mode) == 0o600
    # The service goes on, and a second backup into the same place is refused.
    assert "expected a new or empty directory" in db("backup", demo.data, copy, status=1)

    restored = tmp_path / "restored"
    assert "everything is sound" in db("restore", restored, copy)
    after = samples(
        db("export", restored, "--format", "jsonl", "--match", "link_up", "--match", "capacity_used_bytes"))
    assert len(before) >= 20
    for series, values in before.items():
        assert after[series][:len(values)] == values
    # The administrator's token is in it.
    listed = subprocess.run(
        [HAIDANG, "token", "list", "--data", restored], capture_output=True, text=True, timeout=30)
    assert "demo\tadmin" in listed.stdout


def test_a_service_that_runs_keeps_restore_off(demo, tmp_path):
    copy = tmp_path / "copy"
    db("backup", demo.data, copy)
    assert str(demo.process.pid) in db("restore", demo.data, "--replace", copy, status=1)


def test_an_import_beside_polling_answers_queries_at_once_and_again_changes_nothing(demo, archive):
    report = json.loads(db("import", demo.data, "--json", archive))
    assert (report["read"], report["taken"], report["duplicates"]) == (10_000, 10_000, 0)
    assert report["seriesCreated"] == 5
    rows = samples(db("export", demo.data, "--format", "jsonl", "--match", 'old_watts{sensor="3"}'))
    assert [len(row) for row in rows.values()] == [2000]
    again = json.loads(db("import", demo.data, "--json", archive))
    assert (again["taken"], again["duplicates"], again["seriesCreated"]) == (0, 10_000, 0)
    verified = json.loads(db("verify", demo.data, "--json"))
    assert verified["findings"] == []
    assert "became" in db("compact", demo.data)


def test_a_bad_line_is_named_and_what_stands_before_it_is_kept(demo, tmp_path):
    now = int(time.time())
    page = f"bad_line_test 1 {now - 600}\nbad_line_test 2 {now - 540}\nbad_line_test two {now}\nbad_line_test 3 {now}\n# EOF\n"
    message = db("import", demo.data, "-", input=page, status=1)
    assert '-:3:15: expected a number, found "two"' in message
    assert "2 new samples" in message
    rows = samples(db("export", demo.data, "--format", "jsonl", "--match", "bad_line_test"))
    assert [value for _, value in list(rows.values())[0]] == [1, 2]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool (package prometheus) is not installed")
def test_promtool_makes_blocks_of_an_export(demo, tmp_path):
    # A week of everything is enough for promtool, which reads the file once for each two hours.
    page = tmp_path / "week.om"
    db("export", demo.data, "--from", int(time.time()) - 86400, "--output", page)
    text = page.read_text()
    assert text.endswith("# EOF\n")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) > 20_000
    made = subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", page, tmp_path / "blocks"], capture_output=True, text=True,
        timeout=280)
    assert made.returncode == 0, made.stderr[-2000:]
    listed = subprocess.run(
        ["promtool", "tsdb", "list", tmp_path / "blocks"], capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert sum(int(line.split()[-4]) for line in listed[1:]) == len(lines)


def test_csv_has_a_row_a_sample(demo):
    page = db("export", demo.data, "--format", "csv", "--match", 'old_watts{sensor="1"}')
    lines = page.splitlines()
    assert lines[0] == "time,metric,labels,value"
    assert len(lines) == 2001
    assert lines[1].endswith('Z,old_watts,"sensor=""1"",site=""hq""",1')


def test_without_a_service_everything_works_on_the_files(archive, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    db("import", data, archive)
    exported = tmp_path / "all.jsonl"
    db("export", data, "--output", exported)
    other = tmp_path / "other"
    other.mkdir()
    db("import", other, exported)
    assert samples(db("export", other, "--format", "jsonl")) == samples(exported.read_text())
    assert json.loads(db("info", other, "--json"))["series"] == 5
    db("backup", other, tmp_path / "backup")
    assert "expected no data in it" in db("restore", data, tmp_path / "backup", status=1)
    db("restore", data, "--replace", tmp_path / "backup")
    kept = [name for name in os.listdir(data) if name.startswith("replaced-")]
    assert len(kept) == 1
    assert {"metrics.db", "state.db"} <= set(os.listdir(data / kept[0]))


def test_damage_is_named_with_its_series_and_left_out(archive, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    db("import", data, archive)
    with sqlite3.connect(data / "metrics.db") as file:
        page, content = file.execute("SELECT id, data FROM pages ORDER BY id LIMIT 1").fetchone()
        content = bytearray(content)
        content[len(content) // 2] ^= 4
        file.execute("UPDATE pages SET data = ? WHERE id = ?", (bytes(content), page))
    file.close()
    run = subprocess.run(
        [HAIDANG, "db", "verify", "--data", data, "--json"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    finding, = json.loads(run.stdout)["findings"]
    assert (finding["table"], finding["row"]) == ("pages", page)
    assert {series["__name__"] for series in finding["series"]} == {"old_watts"}
    assert finding["span"]["first"].endswith("Z")
    copy = tmp_path / "copy"
    subprocess.run([HAIDANG, "db", "backup", "--data", data, copy], capture_output=True, timeout=60)
    assert "--damaged" in db("restore", tmp_path / "new", copy, status=1)
    run = subprocess.run(
        [HAIDANG, "db", "restore", "--data", tmp_path / "new", "--damaged", copy], capture_output=True, text=True,
        timeout=60)
    assert run.returncode == 1 and "1 damaged" in run.stdout
