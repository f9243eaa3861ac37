"""The Explore page in a real browser: what it draws equals the API, and its address says everything."""

import json
import re
import time
import urllib.parse

import pytest
from playwright.sync_api import expect

from city import await_condition
from test_page import browser  # noqa: F401, a fixture

POOLS = "capacity_used_bytes"


@pytest.fixture
def page(browser, demo):  # noqa: F811
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo.url) else page.problems.append(request.url))
    yield page
    page.close()


def open_page(page, demo, **parameters):
    page.goto(demo.url + "/explore?" + urllib.parse.urlencode({"lang": "en", **parameters}))


def address(page):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))


def await_pools(demo):
    await_condition("every pool has a sample", lambda: len(demo.query(POOLS)) == len(demo.query("capacity_size_bytes")) > 1, 150)
    return demo.query(POOLS)


def write(page, text):
    page.locator("#expression").press_sequentially(text, delay=10)


def test_it_is_clean_in_both_languages_and_linked_with_the_overview(page, demo):
    page.goto(demo.url + "/?lang=vi")
    page.locator("header nav").get_by_role("link", name="Khai thác số liệu").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("h1")).to_have_text("Khai thác số liệu")
    expect(page.locator(".example")).to_have_count(4)
    page.locator(".langs a[lang=en]").click()
    expect(page.locator("h1")).to_have_text("Explore")
    page.locator("header nav").get_by_role("link", name="Overview").click()
    assert page.evaluate("() => location.pathname") == "/"
    assert page.problems == []


def test_the_table_equals_the_api(page, demo):
    pools = await_pools(demo)
    open_page(page, demo, q=POOLS, view="table")
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(len(pools))

    def values():
        return [float(cell.get_attribute("title")) for cell in page.locator("#table td.num").all()]

    def equal():
        page.locator("button.go").click()
        expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
        return set(values()) == {float(row["value"][1]) for row in demo.query(POOLS)}

    await_condition("values equal the API's", equal, 30)
    head = page.locator("#table th").last
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert values() == sorted(values(), reverse=True)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert re.search(r"\d (GB|TB)$", page.locator("#table td.num").first.inner_text().replace("\u00a0", " "))
    assert page.problems == []


def test_the_chart_has_one_line_a_series_that_a_click_hides(page, demo):
    pools = await_pools(demo)
    open_page(page, demo, q=POOLS)
    expect(page.locator(".canvas canvas").first).to_be_visible()
    keys = page.locator(".key")
    expect(keys).to_have_count(len(pools))
    keys.first.click()
    expect(keys.first).to_have_attribute("aria-pressed", "false")
    keys.first.click(modifiers=["Shift"])
    keys.last.click(modifiers=["Shift"])
    expect(page.locator('.key[aria-pressed="true"]')).to_have_count(1)
    page.locator(".canvas").focus()
    page.keyboard.press("End")
    expect(page.locator(".tip")).to_be_visible()
    expect(page.locator(".tip p")).to_have_count(1)
    assert page.problems == []


def test_dragging_zooms_and_back_returns(page, demo):
    await_pools(demo)
    open_page(page, demo, q=POOLS, range="6h")
    expect(page.locator(".canvas canvas").first).to_be_visible()
    box = page.locator(".canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 110, steps=5)
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 120, steps=5)
    page.mouse.up()
    expect(page.locator('input[value="custom"]')).to_be_checked()
    zoomed = address(page)
    span = float(zoomed["to"]) - float(zoomed["from"])
    assert 0.2 * 6 * 3600 < span < 0.3 * 6 * 3600
    page.go_back()
    expect(page.locator('input[value="6h"]')).to_be_checked()
    assert address(page) == {"lang": "en", "q": POOLS, "range": "6h"}
    page.go_forward()
    expect(page.locator('input[value="custom"]')).to_be_checked()
    assert address(page) == zoomed
    assert page.problems == []


def test_completion_by_keyboard(page, demo):
    await_pools(demo)
    open_page(page, demo)
    write(page, "capacity_us")
    expect(page.locator("#suggestions li").first).to_contain_text(POOLS)
    page.keyboard.press("Tab")
    expect(page.locator("#expression")).to_have_value(POOLS)
    expect(page.locator("#suggestions")).to_be_hidden()
    write(page, "{res")
    expect(page.locator("#suggestions li").first).to_contain_text("resource")
    page.keyboard.press("Tab")
    expect(page.locator("#expression")).to_have_value(POOLS + '{resource="')
    pools = {row["metric"]["resource"] for row in demo.query(POOLS)}
    expect(page.locator("#suggestions li")).to_have_count(len(pools))
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role=option][aria-selected="true"] b').inner_text()
    assert chosen in pools
    page.keyboard.press("Enter")
    write(page, "}")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_contain_text("1 series")
    assert address(page)["q"] == POOLS + '{resource="' + chosen + '"}'
    assert page.problems == []


def test_a_mistake_is_marked_at_its_place(page, demo):
    open_page(page, demo)
    write(page, "sum(rte(up[5m]))")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_contain_text("could not be read")
    expect(page.locator("#mirror mark")).to_have_text("rte")
    expect(page.locator("#expression")).to_have_attribute("aria-invalid", "true")
    # The refused request is the only thing the console complains of.
    assert all("400" in problem for problem in page.problems)


def test_nothing_found_is_said(page, demo):
    open_page(page, demo, q="nothing_has_this_name")
    expect(page.locator("#empty")).to_be_visible()
    assert page.problems == []


def test_a_newer_question_ends_the_older(page, demo):
    await_pools(demo)
    open_page(page, demo)
    held = []

    def hold(route):
        # The first question gets its answer only after the second has one.
        if "first" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    failed = []
    page.on("requestfailed", lambda request: failed.append(request.failure) if "query_range" in request.url else None)
    page.route("**/api/v1/query_range", hold)
    write(page, "up * 0 # first")
    page.keyboard.press("Enter")
    # Waiting on the page is what lets the route be called.
    await_condition("the first question is asked", lambda: page.wait_for_timeout(50) or held, 10)
    page.locator("#expression").fill(POOLS)
    page.keyboard.press("Enter")
    expect(page.locator(".key").first).to_be_visible()
    assert len(failed) == 1 and "ABORTED" in failed[0]
    assert page.problems == []


def test_a_shared_link_shows_the_same_period(page, browser, demo):  # noqa: F811
    await_pools(demo)
    open_page(page, demo, q=POOLS, refresh="60")
    expect(page.locator(".key").first).to_be_visible()
    page.locator("#share").click()
    link = page.locator("#address").input_value()
    shared = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
    assert set(shared) == {"q", "from", "to"} and float(shared["to"]) - float(shared["from"]) == 3600
    other = browser.new_page(viewport={"width": 1440, "height": 900})
    asked = []
    other.on("request", lambda request: asked.append(request.post_data) if "query_range" in request.url else None)
    other.goto(link)
    expect(other.locator(".key").first).to_be_visible()
    parameters = dict(urllib.parse.parse_qsl(asked[0]))
    assert (parameters["start"], parameters["end"]) == (shared["from"], shared["to"])
    other.close()
    assert page.problems == []


def test_text_of_devices_is_shown_as_text(page, demo):
    hostile = "<img src=x onerror=\"window.broken = 1\">"
    answer = {"status": "success", "warnings": [hostile], "data": {"resultType": "matrix", "result": [
        {"metric": {"__name__": "x", "alias": hostile, "n": str(n)}, "values": [[time.time() - 60 * k, "1"] for k in range(50, 0, -1)]}
        for n in range(2)]}}
    page.route("**/api/v1/query_range", lambda route: route.fulfill(
        status=200, content_type="application/json", body=json.dumps(answer)))
    open_page(page, demo, q="x")
    expect(page.locator("#notes")).to_contain_text(hostile)
    expect(page.locator(".common")).to_contain_text("<img src=x")
    page.locator(".canvas").hover()
    assert page.evaluate("() => window.broken") is None
    assert page.locator("main img").count() == 0
    assert page.problems == []


def test_it_fits_a_phone(browser, demo):  # noqa: F811
    await_pools(demo)
    page = browser.new_page(viewport={"width": 360, "height": 780})
    open_page(page, demo, q=POOLS, lang="vi")
    expect(page.locator(".key").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.get_by_role("tab", name="Bảng").click()
    expect(page.locator("#table tbody tr").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.close()
