// Draws each `[data-chart]` from the JSON beside it; the tables below say the same without it.

const HEIGHT = 190;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink-2"),
    line: of("line"),
    accent: of("accent"),
    green: of("green"),
    red: of("red"),
    amber: of("amber"),
    soft: of("accent-soft"),
  };
}

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 6 });
const plain = (_self, value) => (value == null ? "–" : number.format(value));
const twoPlaces = (value) => String(value).padStart(2, "0");
const clock = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${at.getUTCFullYear()}-${twoPlaces(at.getUTCMonth() + 1)}-${twoPlaces(at.getUTCDate())} ${twoPlaces(at.getUTCHours())}:${twoPlaces(at.getUTCMinutes())}`;
};

/** Labels of a time axis: the hour of the day, or the day where there are many. */
function times(_self, splits) {
  const span = splits.at(-1) - splits[0];
  return splits.map((seconds) => {
    const [day, hour] = clock(seconds).split(" ");
    if (span > 2 * 86400) return day.slice(5);
    return span > 600 ? hour : `${hour}:${twoPlaces(new Date(seconds * 1000).getUTCSeconds())}`;
  });
}

function axes(colour, x = {}) {
  const shared = {
    stroke: colour.ink,
    grid: { stroke: colour.line, width: 1 },
    ticks: { stroke: colour.line, width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return [
    { ...shared, ...x },
    { ...shared, size: 64, values: (_self, splits) => splits.map((value) => number.format(value)) },
  ];
}

/** A range that leaves room around what is drawn, also where all of it is one value. */
function roomy(_self, low, high) {
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

const kinds = {
  depth: (picture, colour) => ({
    scales: { x: { time: false }, y: { range: (_self, _low, high) => [0, (high || 1) * 1.08] } },
    axes: axes(colour, { values: (_self, splits) => splits.map((value) => `${value} bp`) }),
    series: [
      { label: picture.names[0], value: (_self, value) => (value == null ? "–" : `${value} bp`) },
      { label: picture.names[1], stroke: colour.red, fill: `${colour.red}22`, width: 2, value: plain },
      { label: picture.names[2], stroke: colour.green, fill: `${colour.green}22`, width: 2, value: plain },
    ],
  }),
  inventory: (picture, colour) => ({
    scales: { x: { time: true }, y: { range: roomy } },
    axes: axes(colour, { values: times }),
    series: [
      { label: picture.names[0], value: (_self, value) => (value == null ? "–" : clock(value)) },
      {
        label: picture.names[1],
        stroke: colour.accent,
        width: 2,
        paths: uPlot.paths.stepped({ align: 1 }),
        value: plain,
      },
    ],
  }),
  equity: (picture, colour) => ({
    scales: { x: { time: true }, y: { range: roomy } },
    axes: axes(colour, { values: times }),
    series: [
      { label: picture.names[0], value: (_self, value) => (value == null ? "–" : clock(value)) },
      { label: picture.names[1], stroke: colour.accent, width: 2, value: plain },
    ],
  }),
  share: (picture, colour) => ({
    scales: { x: { time: true }, y: { range: roomy } },
    axes: axes(colour, { values: times }),
    series: [
      { label: picture.names[0], value: (_self, value) => (value == null ? "–" : clock(value)) },
      { label: picture.names[1], stroke: colour.ink, width: 2, dash: [6, 4], value: plain },
      { label: picture.names[2], stroke: colour.accent, width: 2, value: plain },
    ],
  }),
  markouts: (picture, colour) => ({
    scales: { x: { time: false, range: (_self, low, high) => [low - 0.3, high + 0.3] }, y: { range: roomy } },
    axes: axes(colour, {
      splits: () => picture.x,
      values: () => picture.labels,
    }),
    series: [
      { label: picture.names[0], value: (_self, value) => picture.labels[value] ?? "–" },
      { label: picture.names[1], stroke: colour.accent, width: 2, points: { show: true, size: 8 }, value: plain },
    ],
  }),
};

function bounds(picture, colour) {
  if (picture.kind !== "inventory" || picture.bound == null) return [];
  const line = (self, value, stroke) => {
    if (value < self.scales.y.min || value > self.scales.y.max) return;
    const y = self.valToPos(value, "y", true);
    self.ctx.save();
    self.ctx.strokeStyle = stroke;
    self.ctx.setLineDash([6, 4]);
    self.ctx.beginPath();
    self.ctx.moveTo(self.bbox.left, y);
    self.ctx.lineTo(self.bbox.left + self.bbox.width, y);
    self.ctx.stroke();
    self.ctx.restore();
  };
  return [
    (self) => {
      line(self, 0, colour.ink);
      line(self, picture.bound, colour.red);
      line(self, -picture.bound, colour.red);
    },
  ];
}

let drawn = [];

/** Draws every chart in the page anew, by the colours of now. */
export function draw() {
  for (const chart of drawn) chart.destroy();
  drawn = [];
  if (typeof uPlot === "undefined") return;
  const colour = colours();
  for (const place of document.querySelectorAll("[data-chart]")) {
    const picture = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    if (!picture || !kinds[picture.kind]) continue;
    const options = {
      width: Math.max(place.clientWidth, 240),
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      hooks: { drawAxes: bounds(picture, colour) },
      ...kinds[picture.kind](picture, colour),
    };
    place.replaceChildren();
    drawn.push(new uPlot(options, [picture.x, ...picture.series], place));
  }
}

/** Draws now, and again when the theme or the width changes. */
export function keepDrawn() {
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let timer = 0;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, 150);
  });
}
