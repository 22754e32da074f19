// Light, dark, or as the system says: at once, without loading the page again. The choice is kept
// in the cookie that the server reads, as the links themselves would do.
import { behave, setCookie } from "./behaviours.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

function apply() {
  const chosen = root.dataset.theme;
  root.dataset.bsTheme = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
  document.dispatchEvent(new Event("theme:changed"));
}

system.addEventListener("change", apply);

behave("[data-theme-choice]", (choice) => {
  choice.addEventListener("click", (event) => {
    event.preventDefault();
    root.dataset.theme = choice.dataset.themeChoice;
    setCookie("theme", root.dataset.theme);
    for (const other of document.querySelectorAll("[data-theme-choice]")) other.removeAttribute("aria-current");
    choice.setAttribute("aria-current", "true");
    apply();
  });
});
