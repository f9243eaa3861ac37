"""Forecasts of the demo's pools: on the command line, as series, over the API and on the page; and the lines of the benchmarks."""

import csv
import io
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

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


def test_the_table_for_spreadsheets_is_the_list(demo, forecasts):
    with demo.open("/api/v1/capacity/forecasts.csv?lang=vi") as reply:
        body = reply.read()
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    made = report(demo, "/api/v1/capacity/forecasts?lang=vi")["resources"]
    assert [(row["resource"], row["name"]) for row in rows] == [(one["resource"], one["name"]) for one in made]
    for row, one in zip(rows, made):
        assert row["days_to_full_p50"] == "" or abs(float(row["days_to_full_p50"]) - one["fillDays"]["p50"]) < 1e-6
        assert row["no_date_because"] == one.get("abstention", "")


@pytest.fixture(scope="module")
def loads(demo, forecasts):
    """The loads of the coming week, which are forecast behind the fill dates."""
    def made():
        try:
            return len(report(demo, "/api/v1/load/forecasts")["loads"]) > 0
        except urllib.error.HTTPError:
            return False
    await_condition("loads are forecast", made, 120)
    return report(demo, "/api/v1/load/forecasts")


def test_loads_of_the_coming_week(demo, loads):
    known = [one for one in loads["loads"] if one.get("peak")]
    figures = {one["figure"] for one in known}
    assert figures == {"processor", "receive", "transmit", "inCall", "calls"}
    near = [one["peak"]["p50"] / one["capacity"] for one in known if one.get("capacity")]
    assert near == sorted(near, reverse=True)
    for one in known:
        assert 0 <= one["peak"]["p10"] <= one["peak"]["p50"] <= one["peak"]["p90"]
    link = next(one for one in known if one["figure"] == "receive")
    listed = forecast("--data", demo.data, "--load")[0].splitlines()
    assert sum(link["load"] in line for line in listed) == 1
    assert len(listed) >= len(loads["loads"]) + 1
    details = json.loads(forecast("--data", demo.data, "--load", "--json", link["load"])[0])["loads"][0]["details"]
    assert len(details["p50"]) == len(details["p10"]) == len(details["p90"]) == 168
    assert len([value for value in details["history"] if value is not None]) > 300
    assert abs(sum(model["weight"] for model in details["models"]) - 1) < 1e-6
    out = forecast("--data", demo.data, "--load", "--explain", link["load"])[0]
    assert link["load"] in out and "busiest hour of the coming week" in out and len(out.splitlines()) > 15
    assert 'there is no forecast of "nonesuch"' in forecast("--data", demo.data, "--load", "nonesuch", status=1)[1]


def test_loads_are_series(demo, loads):
    link = next(one for one in loads["loads"] if one["figure"] == "receive" and one.get("peak"))
    name = link["load"].split(":")[1]
    selector = f'{{link="{name}",end="{link["end"]}"'

    def ask(metric, quantile):
        rows = demo.query(f'{metric}{selector},quantile="{quantile}"}}')
        return float(rows[0]["value"][1]) if rows else None
    await_condition("forecast loads are series", lambda: ask("link_receive_forecast_bytes_per_second", 0.5) is not None, 60)
    low, middle, high = (ask("link_receive_forecast_bytes_per_second", quantile) for quantile in (0.1, 0.5, 0.9))
    assert 0 <= low <= middle <= high
    details = report(demo, "/api/v1/load/forecasts?load=" + link["load"])["loads"][0]["details"]
    assert middle in details["p50"]
    assert ask("link_receive_forecast_peak_bytes_per_second", 0.5) == pytest.approx(max(details["p50"]))
    kept = demo.query(f'count_over_time(link:link_receive_bytes:rate1h{selector}}}[60d])')
    assert float(kept[0]["value"][1]) > 24 * 50


def test_who_may_see_one_area_sees_its_loads_and_no_more(demo, loads):
    form = urllib.parse.urlencode({"name": "of-an-area", "role": "viewer", "area": "cai-rang"}).encode()
    with demo.open("/api/v1/tokens", data=form) as reply:
        token = json.load(reply)["data"]["token"]

    def ask(path):
        request = urllib.request.Request(demo.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()
    try:
        theirs = json.loads(ask("/api/v1/load/forecasts"))["data"]["loads"]
        sites = {one["site"] for one in theirs}
        assert theirs and sites < {one["site"] for one in loads["loads"]} and "" not in sites
        # The link from the ward to the district is theirs, the one from the district to the centre only at its end.
        assert any(one["load"] == "receive:cai-rang-le-binh:a" and one["name"] == "Cai Rang → Le Binh" for one in theirs)
        hidden = next(one for one in loads["loads"] if one["site"] not in sites and one["figure"] == "processor")
        assert hidden["load"].encode() not in ask("/load?lang=en") + ask("/api/v1/load/forecasts")
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask("/api/v1/load/forecasts?load=" + hidden["load"])
        assert refused.value.code == 404
        fills = json.loads(ask("/api/v1/capacity/forecasts"))["data"]
        assert fills["record"] == [] and "calibration" not in fills
        assert "calibration" in report(demo)
    finally:
        demo.open("/api/v1/tokens?name=of-an-area", method="DELETE")


def test_examples_of_the_readme_are_answered(demo, loads):
    lines = (CHECKOUT / "README.md").read_text().splitlines()
    examples = [line.strip().split("    ")[0] for line in lines if line.startswith("    ") and "_forecast_" in line]
    assert len(examples) >= 2
    for example in examples:
        # Whatever the loads are: with the comparison turned it is true of every one.
        left, operator, right = re.match(r"(.*?) > ((?:on|ignoring) \([^)]*\) )(.*)", example).groups()
        await_condition(example, lambda: len(demo.query(f"{left} >= bool {operator}{right}")) > 0, 60)
        demo.query(example)


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


def test_the_overview_tells_when_pools_are_full(browser, demo, forecasts):  # noqa: F811
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(demo.url + "/?lang=en")
    for one in report(demo)["resources"]:
        if not one.get("abstention") and one["fillDays"].get("p50") is not None:
            shown = page.locator(f"#storage [data-figure=days-to-full][data-id='{one['resource']}']")
            assert abs(float(shown.get_attribute("data-value")) - one["fillDays"]["p50"]) < 1
    first = page.locator("#storage tbody th a").first
    first.click()
    expect(page.locator("#chosen h2")).to_be_visible()
    assert "lang=en" in page.url
    page.close()


def test_the_page_of_loads(browser, demo, loads):  # noqa: F811
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo.url) else problems.append(request.url))
    page.goto(demo.url + "/capacity?lang=en")
    page.locator("header nav a[href*='/load']").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    rows = page.locator("table tbody tr")
    assert rows.count() > 20
    page.goto(demo.url + "/load?lang=vi&kind=processors")
    expect(page.locator("#chosen svg.chart path.band")).to_have_count(1)
    second = page.locator("table.cards tbody tr").nth(1).locator("th a")
    name = second.inner_text()
    second.click()
    expect(page.locator("#chosen h2")).to_contain_text(name)
    assert "kind=processors" in page.url
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert problems == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        demo.open("/load?kind=nonsense")
    assert refused.value.code == 400 and b"processors or links or rooms" in refused.value.read()
    page.close()
