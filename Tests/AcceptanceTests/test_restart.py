"""What survives a killed process, and how a process ends."""

import subprocess

from city import CHECKOUT, HAIDANG, Demo, await_condition, free_port
from test_demo import ACCESS_LINK


def test_a_firing_alert_survives_kill_and_the_second_start_is_quick(tmp_path, webhook):
    fault = ["--fault", f"link-down:{ACCESS_LINK}", "--webhook", webhook.url]

    def alert(city):
        rows = [a for a in city.get("/api/v1/alerts")["alerts"] if a["labels"].get("link") == ACCESS_LINK]
        return rows[0] if rows else None

    first = Demo(tmp_path, *fault, history="2d")
    try:
        first.await_ready()
        before = await_condition("the alert fires", lambda: alert(first), 120)
        series = await_condition("links are polled", lambda: len(first.query("link_up")), 60)
        # Whatever was polled by now is durable after the commit that follows.
        commits = first.own_metric("haidang_store_commits_total")
        await_condition("two commits", lambda: first.own_metric("haidang_store_commits_total") >= commits + 2, 30)
    finally:
        first.close()

    second = Demo(tmp_path, *fault, history="2d")
    try:
        seconds = second.await_ready()
        assert seconds <= 10
        after = alert(second)
        assert after and after["activeAt"] == before["activeAt"], "the alert fires on, since the same moment"
        assert len(second.query("link_up")) >= series, "samples polled before the kill are there"
        seconds, status = second.terminate()
        assert seconds <= 5
        assert status == 0
    finally:
        second.close()


def test_a_second_process_is_kept_off_the_data_directory(demo):
    second = subprocess.run(
        [HAIDANG, "serve", "--config", "Config/cantho", "--data", demo.data, "--listen", f"127.0.0.1:{free_port()}"],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=30)
    assert second.returncode == 1
    assert str(demo.process.pid) in second.stderr
