// A long <select> gets a box to search in; the library is loaded only where one is.
import { behave } from "./behaviours.js";

behave("select[data-search-select]", async (select) => {
  const { default: TomSelect } = await import("./tomselect.js");
  const label = document.querySelector(`label[for="${select.id}"]`)?.textContent.trim();
  const box = new TomSelect(select, { maxOptions: 500, plugins: select.multiple ? ["remove_button"] : [] });
  // The library hides the <select> but leaves it without a name for screen readers.
  if (label) select.setAttribute("aria-label", label);
  if (select.getAttribute("aria-describedby")) {
    box.control_input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
  }
});
