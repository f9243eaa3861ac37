// Remembers the theme, on every page. A page without it looks as the reader's system does.
(function () {
  "use strict";
  const root = document.documentElement;
  const known = ["light", "dark"];

  // A link's wish, else the last choice here, else the system's. Set before the first paint.
  function stored() {
    try { return localStorage.getItem("haidang-theme"); } catch { return null; }
  }
  function remember(theme) {
    try { localStorage.setItem("haidang-theme", theme); } catch { /* Private mode: the choice lasts for this page. */ }
  }
  const wish = new URLSearchParams(location.search).get("theme");
  const theme = known.includes(wish) ? wish : known.includes(stored()) ? stored() : null;
  if (theme) root.dataset.theme = theme;

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function start() {
    const toggle = document.getElementById("theme");
    const label = () => {
      const text = isDark() ? toggle.dataset.toLight : toggle.dataset.toDark;
      toggle.setAttribute("aria-label", text);
      toggle.title = text;
    };
    toggle.setAttribute("role", "button");
    toggle.addEventListener("click", (event) => {
      event.preventDefault();
      root.dataset.theme = isDark() ? "light" : "dark";
      remember(root.dataset.theme);
      // A wish in the address would win over this choice at the next load.
      const query = new URLSearchParams(location.search);
      if (query.has("theme")) {
        query.delete("theme");
        history.replaceState(history.state, "", location.pathname + (query.size ? "?" + query : "") + location.hash);
      }
      label();
    });
    toggle.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); toggle.click(); }
    });
    label();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
