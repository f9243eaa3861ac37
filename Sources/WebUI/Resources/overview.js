// Keeps the overview fresh. The page works without it.
(function () {
  "use strict";
  const root = document.documentElement;
  const interval = 3000;
  const patience = 8000;
  if (new URLSearchParams(location.search).has("wall")) root.dataset.wall = "on";

  // A link to a row inside a closed fold opens the fold.
  function reveal(hash) {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold) fold.open = true;
  }

  // Refresh: each part of the page is replaced only when the server writes it differently.
  const written = new Map();
  let lastSuccess = Date.now();
  let timer = 0;
  let isAsking = false;

  const parts = (tree) => [...tree.querySelectorAll("[data-part]")];
  const focusable = (tree) => [...tree.querySelectorAll("a[href],summary,[tabindex]")];
  // What names a thing across refreshes: its id, else its fold's, its address, or its place.
  function name(element, index) {
    const fold = element.localName === "summary" && element.parentElement.id;
    return element.id || (fold && "fold:" + fold) || element.getAttribute("href") || element.getAttribute("aria-label") || String(index);
  }

  function replace(old, fresh) {
    const open = new Set([...old.querySelectorAll("details[open][id]")].map((fold) => fold.id));
    for (const fold of fresh.querySelectorAll("details[id]")) fold.open = open.has(fold.id);
    const scrolled = [...old.querySelectorAll(".tw")].map((region) => region.scrollLeft);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const oldPlaces = focusable(old);
    const focus = active && name(active, oldPlaces.indexOf(active));
    old.replaceWith(fresh);
    fresh.querySelectorAll(".tw").forEach((region, index) => { region.scrollLeft = scrolled[index] || 0; });
    if (focus) {
      const next = focusable(fresh).find((element, index) => name(element, index) === focus);
      (next || document.getElementById("main")).focus({ preventScroll: true });
    }
  }

  function isSelecting(part) {
    const selection = getSelection();
    return selection && !selection.isCollapsed && selection.containsNode(part, true);
  }

  function update(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const freshMain = page.getElementById("main");
    if (!freshMain) return false;
    const x = scrollX;
    const y = scrollY;
    for (const fresh of parts(page)) {
      const key = fresh.dataset.part;
      const old = document.querySelector('[data-part="' + CSS.escape(key) + '"]');
      const html = fresh.outerHTML;
      // What someone is marking to copy stays until they are done.
      if (!old || written.get(key) === html || isSelecting(old)) continue;
      written.set(key, html);
      replace(old, document.adoptNode(fresh));
    }
    document.title = page.title;
    if (scrollX !== x || scrollY !== y) scrollTo(x, y);
    return true;
  }

  function clock(time) {
    const head = document.querySelector("[data-offset]");
    const local = new Date(time + Number(head ? head.dataset.offset : 0) * 1000);
    return local.toISOString().slice(11, 19);
  }

  function showLost(status) {
    const box = document.getElementById("connection");
    const text = (status ? box.dataset.refused : box.dataset.lost)
      .replace("{status}", status).replace("{time}", clock(lastSuccess));
    root.classList.add("stale");
    box.classList.add("on");
    if (box.textContent !== text) box.textContent = text;
    if (!document.title.startsWith("⚠")) document.title = "⚠ " + document.title;
  }

  function showFound() {
    const box = document.getElementById("connection");
    root.classList.remove("stale");
    box.classList.remove("on");
    box.textContent = "";
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    clearTimeout(timer);
    let status = 0;
    try {
      const reply = await fetch(location.pathname + location.search, {
        cache: "no-store", credentials: "same-origin", headers: { Accept: "text/html" },
        signal: AbortSignal.timeout(patience),
      });
      status = reply.ok ? 0 : reply.status;
      if (reply.ok && update(await reply.text())) {
        lastSuccess = Date.now();
        showFound();
      } else {
        showLost(status);
      }
    } catch {
      showLost(0);
    }
    isAsking = false;
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, interval);
  }

  function start() {
    for (const part of parts(document)) written.set(part.dataset.part, part.outerHTML);
    addEventListener("hashchange", () => reveal(location.hash));
    document.addEventListener("click", (event) => {
      const link = event.target.closest && event.target.closest('a[href^="#"]');
      if (link) reveal(link.getAttribute("href"));
    });
    reveal(location.hash);
    document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else ask(); });
    plan();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
