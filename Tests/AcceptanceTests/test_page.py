"""The overview page in a real browser: every figure equals the API's, and faults show without a reload."""

import pytest
from playwright.sync_api import sync_playwright

from city import await_condition
from test_demo import ACCESS_LINK, ACCESS_SITE


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, demo):
    page = browser.new_page(viewport={"width": 1440, "height": 1700})
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo.url) else page.problems.append(request.url))
    page.goto(demo.url + "/?lang=vi")
    yield page
    page.close()


def figure(page, name):
    return float(page.locator(f'[data-figure="{name}"]').first.get_attribute("data-value"))


def agrees(page, name, expected):
    """The page and the API are read at different moments, so both are read again until they agree."""
    await_condition(f"{name} on the page equals the API", lambda: figure(page, name) == expected(), 30)


def test_the_page_is_clean_and_in_both_languages(page, demo):
    assert page.locator("html").get_attribute("lang") == "vi"
    assert "Hải Đăng" in page.title()
    page.goto(demo.url + "/?lang=en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.problems == []


def test_every_figure_equals_the_api(page, demo):
    await_condition(
        "every target was polled",
        lambda: all(t["health"] == "up" for t in demo.get("/api/v1/targets")["activeTargets"]), 150)
    agrees(page, "sites-reachable", lambda: sum(s["state"] == "up" for s in demo.sites().values()))
    agrees(page, "incidents-open", lambda: len(demo.get("/api/v1/alerts")["alerts"]))
    agrees(page, "targets-up", lambda: sum(t["health"] == "up" for t in demo.get("/api/v1/targets")["activeTargets"]))
    agrees(page, "rooms-ready", lambda: sum(float(r["value"][1]) == 1 for r in demo.query("room_ready")))
    agrees(page, "sites-total", lambda: len(demo.sites()))
    agrees(page, "targets-total", lambda: len(demo.get("/api/v1/targets")["activeTargets"]))
    agrees(page, "rooms-total", lambda: len(demo.query("room_ready")))
    agrees(page, "series", lambda: demo.own_metric("haidang_store_series"))
    agrees(page, "traps", lambda: demo.own_metric("haidang_traps_received_total"))
    agrees(page, "notifications-pending", lambda: demo.own_metric("haidang_notifications_pending"))
    agrees(page, "notifications-delivered", lambda: demo.own_metric("haidang_notifications_delivered_total"))

    def quality():
        targets = demo.get("/api/v1/targets")["activeTargets"]
        polls = sum(t["polls"] for t in targets)
        return sum(min(t["succeeded"], t["onTime"]) for t in targets) / polls

    await_condition(
        "poll-quality on the page equals the API", lambda: abs(figure(page, "poll-quality") - quality()) < 1e-6, 30)
    for name, metric in (("pool-used", "capacity_used_bytes"), ("pool-size", "capacity_size_bytes")):
        for pool in [row["metric"]["resource"] for row in demo.query(metric)]:

            def equal():
                values = {r["metric"]["resource"]: float(r["value"][1]) for r in demo.query(metric)}
                shown = page.locator(f'[data-figure="{name}"][data-id="{pool}"]').get_attribute("data-value")
                return float(shown) == values[pool]

            await_condition(f"{name} of {pool}", equal, 90)
    links = {link["id"]: link["standing"]["state"] for link in demo.get("/api/v1/sites")["links"]}
    for trunk in page.locator("[data-link]").all():
        assert trunk.get_attribute("data-standing") == links[trunk.get_attribute("data-link")]
    for site, standing in demo.sites().items():
        tile = page.locator(f'[data-site="{site}"]').first
        await_condition(
            f"tile of {site}", lambda: tile.get_attribute("data-standing") == demo.sites()[site]["state"], 30)


def test_a_cut_link_and_the_lost_site_show_without_a_reload(page, demo):
    link, site = ACCESS_LINK, ACCESS_SITE
    tile = page.locator(f'[data-site="{site}"]').first
    await_condition("the tile is up at first", lambda: tile.get_attribute("data-standing") == "up", 120)
    page.evaluate("() => { window.marker = 1 }")
    demo.fault(f"link-down:{link}")
    try:
        await_condition(
            "the incident shows",
            lambda: page.locator(f'[data-incident="LinkDown/{link}"]').count() == 1, 15)
        await_condition(
            "the site behind it shows as unreachable",
            lambda: tile.get_attribute("data-standing") == "unreachable", 15)
        assert page.evaluate("() => window.marker") == 1, "the page was not loaded anew"
    finally:
        demo.fault(f"link-up:{link}")
    await_condition("the incident is gone", lambda: page.locator(f'[data-incident="LinkDown/{link}"]').count() == 0, 120)
    assert page.problems == []


def test_it_fits_a_phone(browser, demo):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(demo.url + "/?lang=vi")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.close()
