// Keyboard: "/" and Ctrl+K search, "g a" accounts, "g h" home, "?" help. The single keys can be
// switched off (WCAG 2.1.4) and never act while one types.
import { behave } from "./behaviours.js";

const OFF = "tierline-shortcuts-off";
let before = "";

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function goTo(name) {
  document.querySelector(`[data-shortcut="${name}"]`)?.click();
}

function focusSearch(event) {
  const box = document.querySelector("[data-global-search]") ?? document.querySelector('input[type="search"]');
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

const SINGLE = {
  "/": focusSearch,
  "?": () => document.getElementById("help-dialog").showModal(),
};
const AFTER_G = { a: () => goTo("accounts"), h: () => goTo("home") };

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return focusSearch(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (localStorage.getItem(OFF) || typing(event.target) || document.querySelector("dialog[open]")) return;
  const act = before === "g" ? AFTER_G[event.key] : SINGLE[event.key];
  before = event.key;
  act?.(event);
});

behave("[data-shortcuts-switch]", (box) => {
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
});
