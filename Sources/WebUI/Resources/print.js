// Buttons that print the page. They are hidden without scripts, which they need.
(function () {
  "use strict";
  for (const button of document.querySelectorAll("button.print")) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
