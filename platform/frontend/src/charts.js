// Charts: the option stands in the page as JSON; the library is loaded only where one is.
import { behave } from "./behaviours.js";

behave("[data-chart]", async (canvas) => {
  const { draw } = await import("./echarts.js");
  const option = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  canvas.hidden = false;
  canvas.parentElement.querySelector("[data-chart-table]").open = false;
  draw(canvas, option);
});
