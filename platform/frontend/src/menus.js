// Menus are <details>: they open without us. We close them on Escape, outside, and beside another.
function openMenus() {
  return [...document.querySelectorAll("details[data-menu][open]")];
}

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!step || !menu) return;
  const items = [...menu.querySelectorAll("summary, .menu-panel a, .menu-panel button")].filter((item) => !item.hidden);
  const next = items[items.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
