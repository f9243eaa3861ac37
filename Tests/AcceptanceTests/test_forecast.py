"""Forecasts of the demo's pools: on the command line, as series, over the API and on the page; and the lines of the benchmarks."""

import json
import subprocess
import time
import urllib.error

import pytest
from playwright.sync_api import expect

from city import CHECKOUT, HAIDANG, await_condition, clean_environment
from test_page import browser  # noqa: F401, a fixture


def forecast(*arguments, status=0, lines=None):
    """Runs `haidang forecast`; returns its standard output and standard error."""
    run = subprocess.run(
        [HAIDANG, "forecast", *map(str, arguments)], cwd=CHECKOUT, input=lines, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL if lines is None else None, env={**clean_environment(), "TZ": "UTC"})
    assert run.returncode == status, (run.returncode, run.stdout[-2000:], run.stderr[-2000:])
    return run.stdout, run.stderr


def report(demo, path="/api/v1/capacity/forecasts"):
    return demo.get(path)


@pytest.fixture(scope="module")
def forecasts(demo):
    """The first forecast, of which the demo makes one when it starts."""
    def made():
        try:
            return len(report(demo)["resources"]) > 0
        except urllib.error.HTTPError:
            return False
    await_condition("there is a forecast", made, 120)
    return report(demo)


def test_the_list_is_by_fewest_days_and_equals_the_api(demo, forecasts):
    listed = json.loads(forecast("--data", demo.data, "--json")[0])["resources"]
    assert [one["resource"] for one in listed] == [one["resource"] for one in report(demo)["resources"]]
    days = [one["fillDays"].get("p50", 1e9) for one in listed if not one.get("abstention")]
    assert len(days) > 0 and days == sorted(days)
    for one in listed:
        if not one.get("abstention") and one["fillDays"].get("p90") is not None:
            assert one["fillDays"]["p10"] <= one["fillDays"]["p50"] <= one["fillDays"]["p90"]
    table = forecast("--data", demo.data)[0].splitlines()
    assert len(table) >= 1 + len(listed)
    assert all(one["resource"] in line for one, line in zip(listed, table[1:]))


def test_results_are_series(demo, forecasts):
    def dates():
        return {row["metric"]["resource"]: float(row["value"][1])
                for row in demo.query('capacity_forecast_fill_timestamp_seconds{quantile="0.5"}')}
    await_condition("the forecasts are series", lambda: len(dates()) > 0, 60)
    made = report(demo)
    for one in made["resources"]:
        if one.get("abstention"):
            assert demo.query(f'capacity_forecast_abstained{{resource="{one["resource"]}"}}')[0]["metric"]["reason"] == one["abstention"]
        elif one["fillDays"].get("p50") is not None:
            days = (dates()[one["resource"]] - time.time()) / 86_400
            assert abs(days - one["fillDays"]["p50"]) < 2, one
    kept = demo.query('count_over_time(resource:capacity_used_bytes:max1d[120d])')
    assert min(float(row["value"][1]) for row in kept) > 60


def test_one_is_explained_and_an_unknown_one_refused(demo, forecasts):
    pool = forecasts["resources"][0]["resource"]
    out = forecast("--data", demo.data, "--explain", pool)[0]
    assert pool in out and len(out.splitlines()) > 10
    details = json.loads(forecast("--data", demo.data, "--explain", pool, "--json")[0])["resources"][0]["details"]
    assert len(details["used"]) > 60 and len(details["band"]) > 5
    assert abs(sum(one["weight"] for one in details["explanation"]["components"]) - 1) < 0.02
    assert 'there is no forecast of "nonesuch"' in forecast("--data", demo.data, "--explain", "nonesuch", status=1)[1]


def test_it_forecasts_when_asked(demo, forecasts):
    before = report(demo)["madeAt"]
    _, progress = forecast("--data", demo.data, "--run")
    assert f"{len(forecasts['resources'])} resources" in progress
    assert report(demo)["madeAt"] > before
    with pytest.raises(urllib.error.HTTPError) as refused:
        demo.open("/api/v1/capacity/run", method="GET")
    assert refused.value.code == 405


def test_the_lines_of_the_benchmarks():
    pool = {"id": "p", "start": "2026-01-01", "step_hours": 24, "unit": "TB", "values": [10 + day * 0.1 for day in range(200)],
            "capacity": 35, "capacity_history": [], "horizon_days": 365, "quantiles": [0.1, 0.5, 0.9]}
    rate = {"id": "r", "values": [10 + hour % 24 for hour in range(24 * 14)], "season": 24, "period_seconds": 3600, "horizon": 24,
            "levels": [80, 95]}
    answers = {one["id"]: one for one in map(json.loads, forecast(
        "--jsonl", lines=json.dumps(pool) + "\n\n" + json.dumps(rate) + "\n")[0].splitlines())}
    # 35 - 29.9 at 0.1 a day.
    assert 45 < answers["p"]["quantiles"]["0.5"] < 57
    assert len(answers["r"]["mean"]) == 24
    assert max(abs(mean - 10 - hour) for hour, mean in enumerate(answers["r"]["mean"])) < 0.5
    out, error = forecast("--jsonl", lines="rubbish\n" + json.dumps(pool) + "\n{\"id\":\"x\",\"values\":[]}\n", status=1)
    assert json.loads(out)["id"] == "p"
    assert "line 1:" in error and "line 3:" in error and "expected" in error


def test_the_page(browser, demo, forecasts):  # noqa: F811
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo.url) else problems.append(request.url))
    page.goto(demo.url + "/?lang=vi")
    page.locator("header nav a[href*='/capacity']").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.locator(".langs a[lang=en]").click()
    expect(page.locator("table.cap tbody tr")).to_have_count(len(forecasts["resources"]))
    for one in report(demo)["resources"]:
        if not one.get("abstention") and one["fillDays"].get("p50") is not None:
            shown = page.locator(f"[data-figure=days-to-full][data-id='{one['resource']}']").get_attribute("data-value")
            assert abs(float(shown) - one["fillDays"]["p50"]) < 1
    second = page.locator("table.cap tbody tr").nth(1).locator("th a")
    name = second.inner_text()
    second.click()
    expect(page.locator("#chosen h2")).to_contain_text(name)
    expect(page.locator("#chosen svg.chart path.band")).to_have_count(1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.goto(demo.url + "/capacity?resource=" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "alert(1)" not in page.content() or "&lt;script&gt;" in page.content()
    assert problems == []
    page.close()
