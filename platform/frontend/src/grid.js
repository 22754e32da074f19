// Keys in a grid of choices: arrows move from cell to cell, a number chooses by place. What the
// browser does by itself stays: a letter chooses by name, Space and Alt+Down open the list.
import { behave } from "./behaviours.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function move(cell, [down, right]) {
  const row = cell.closest("table").rows[cell.parentElement.rowIndex + down];
  row?.cells[cell.cellIndex + right]?.querySelector("select")?.focus();
}

behave("[data-grid-keys]", (grid) => {
  grid.addEventListener("keydown", (event) => {
    const select = event.target.closest("select");
    if (!select || event.altKey || event.ctrlKey || event.metaKey) return;
    const place = Number(event.key) - 1;
    if (STEPS[event.key]) move(select.closest("td"), STEPS[event.key]);
    else if (event.key.trim() && place >= 0 && place < select.options.length)
      select.selectedIndex = place;
    else return;
    event.preventDefault();
  });
});
