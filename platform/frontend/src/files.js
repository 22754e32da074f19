// A dropped file goes into the file input, which says what was chosen.
import { behave } from "./behaviours.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function size(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const format = { style: "unit", unit: UNITS[power], maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1000 ** power);
}

behave("[data-file-drop]", (area) => {
  const input = area.querySelector('input[type="file"]');
  const chosen = area.querySelector("[data-file-drop-chosen]");
  const over = (yes) => (event) => {
    event.preventDefault();
    area.classList.toggle("over", yes);
  };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    chosen.textContent = [...input.files].map((file) => `${file.name} (${size(file.size)})`).join(", ");
  });
});
