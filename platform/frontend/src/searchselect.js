// A long <select> gets a box to search in; the library is loaded only where one is.
import { behave } from "./behaviours.js";

behave("select[data-search-select]", async (select) => {
  const { default: TomSelect } = await import("./tomselect.js");
  const box = new TomSelect(select, { maxOptions: 500, plugins: select.multiple ? ["remove_button"] : [] });
  // The library hides the <select> from sight only: screen readers would meet two of them.
  select.setAttribute("aria-hidden", "true");
  if (select.getAttribute("aria-describedby")) {
    box.control_input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
  }
});
