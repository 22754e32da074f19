// ECharts, only the parts in use, drawn as SVG in the page's own colours.
import { BarChart, HeatmapChart, LineChart, PieChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, LineChart, PieChart, SankeyChart, ScatterChart]);
use([AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const still = matchMedia("(prefers-reduced-motion: reduce)");
const shown = new Set();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axis() {
  return {
    axisLabel: { color: token("text-soft"), hideOverlap: true },
    axisLine: { lineStyle: { color: token("line") } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: token("line") } },
    nameTextStyle: { color: token("text-soft") },
  };
}

function theme() {
  const text = { color: token("text"), fontFamily: token("sans"), fontSize: 13 };
  return {
    color: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => token(`chart-${number}`)),
    backgroundColor: "transparent",
    textStyle: { fontFamily: token("sans") },
    categoryAxis: { ...axis(), splitLine: { show: false } },
    valueAxis: { ...axis(), axisLine: { show: false } },
    timeAxis: axis(),
    logAxis: axis(),
    legend: { textStyle: text, inactiveColor: token("line-strong") },
    tooltip: { backgroundColor: token("surface"), borderColor: token("line"), textStyle: text },
    label: { color: token("text") },
  };
}

// A colour "blue" or "chart-1" in an option means our own token of that name.
const NAMED = /^(violet|blue|green|yellow|orange|red|gray|chart-[1-8]|text|text-soft|line|surface)$/;

function tokenName(name) {
  return /^(chart-|text|line|surface)/.test(name) ? name : `${name}-mark`;
}

function inOurColours(value, key = "") {
  if (Array.isArray(value)) return value.map((item) => inOurColours(item, key));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inOurColours(item, name)]));
  }
  const colour = /colou?r$/i.test(key) && typeof value === "string" && NAMED.test(value);
  return colour ? token(tokenName(value)) : value;
}

function settings(option) {
  return {
    animation: !still.matches,
    animationDuration: 300,
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    ...inOurColours(option),
    // Drawn into the SVG: a tooltip in HTML would need inline styles, which our policy forbids.
    tooltip: { trigger: "axis", ...inOurColours(option.tooltip ?? {}), renderMode: "richText", confine: true },
  };
}

function render(shownChart) {
  shownChart.chart?.dispose();
  shownChart.chart = init(shownChart.canvas, theme(), { renderer: "svg" });
  shownChart.chart.setOption(settings(shownChart.option));
}

// Bars that lie get the height that their labels need, however few were asked for.
const ROW = 30;
const AROUND = 84;

function makeRoom(canvas, option) {
  const rows = option.yAxis?.type === "category" ? (option.yAxis.data?.length ?? 0) : 0;
  if (rows * ROW + AROUND > canvas.clientHeight) canvas.style.height = `${rows * ROW + AROUND}px`;
}

export function draw(canvas, option) {
  makeRoom(canvas, option);
  const shownChart = { canvas, option };
  shown.add(shownChart);
  render(shownChart);
  new ResizeObserver(() => shownChart.chart.resize()).observe(canvas);
}

document.addEventListener("theme:changed", () => {
  for (const shownChart of shown) {
    if (shownChart.canvas.isConnected) render(shownChart);
    else shown.delete(shownChart);
  }
});
