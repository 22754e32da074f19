// Light, dark, or as the system says; kept in a cookie, so that the server writes the page in it.
import { behave, setCookie } from "./behaviours.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

function apply() {
  const chosen = root.dataset.theme;
  root.dataset.bsTheme = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
  document.dispatchEvent(new Event("theme:changed"));
}

system.addEventListener("change", apply);

behave("[data-theme-choice]", (button) => {
  button.addEventListener("click", () => {
    root.dataset.theme = button.dataset.themeChoice;
    setCookie("theme", root.dataset.theme);
    for (const other of document.querySelectorAll("[data-theme-choice]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    apply();
  });
});
