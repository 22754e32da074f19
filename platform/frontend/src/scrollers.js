// A table that scrolls can be reached by keyboard; one that does not is no stop on the way.
import { behave } from "./behaviours.js";

behave(".table-scroll", (scroller) => {
  const mark = () => {
    if (scroller.scrollWidth > scroller.clientWidth) scroller.tabIndex = 0;
    else scroller.removeAttribute("tabindex");
  };
  new ResizeObserver(mark).observe(scroller);
});
