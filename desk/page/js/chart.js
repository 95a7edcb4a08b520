// Teams' charts, which Microsoft's renderer does not know: bars of our own, with the same figures as a table.

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The bars of any of the chart's shapes as [{name, value}]. */
function barsOf(data) {
  return (data ?? []).flatMap((point) => {
    const name = String(point.legend ?? point.x ?? point.title ?? "");
    const series = point.values ?? point.data;
    if (Array.isArray(series)) return series.map((part) => ({ name: `${name}: ${part.x ?? part.legend ?? ""}`.replace(/^: /, ""), value: Number(part.y ?? part.value) || 0 }));
    return [{ name, value: Number(point.value ?? point.y) || 0 }];
  });
}

function draw(title, bars) {
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const table = document.createElement("table");
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  for (const bar of bars) {
    const row = table.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = bar.name;
    row.append(name);
    const picture = svg("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" });
    picture.append(svg("rect", { x: 0, y: 0, width: 100, height: 12, rx: 1, class: "track" }));
    picture.append(svg("rect", { x: 0, y: 0, width: (bar.value / most) * 100, height: 12, rx: 1, class: "bar" }));
    row.insertCell().append(picture);
    row.insertCell().textContent = String(bar.value);
  }
  figure.append(...(title ? [caption] : []), table);
  return figure;
}

/** One bar for each row, in parts one behind the other: [{title, data: [{legend, value, color}]}]. */
function drawParts(title, rows) {
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const table = document.createElement("table");
  const sumOf = (row) => row.data.reduce((sum, part) => sum + (Number(part.value) || 0), 0);
  const most = Math.max(1, ...rows.map(sumOf));
  for (const row of rows) {
    const line = table.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = row.title ?? "";
    line.append(name);
    const picture = svg("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" });
    picture.append(svg("rect", { x: 0, y: 0, width: 100, height: 12, rx: 1, class: "track" }));
    let from = 0;
    for (const part of row.data) {
      const width = ((Number(part.value) || 0) / most) * 100;
      picture.append(svg("rect", { x: from, y: 0, width, height: 12, class: `bar ${/^[a-z]+$/i.test(part.color ?? "") ? part.color : ""}` }));
      from += width;
    }
    line.insertCell().append(picture);
    line.insertCell().textContent = row.data.map((part) => `${part.value} ${String(part.legend ?? "").toLowerCase()}`).join(", ");
  }
  figure.append(...(title ? [caption] : []), table);
  return figure;
}

/** Teach a registry of elements Teams' chart elements. */
export function registerCharts(AC, elements) {
  const kinds = ["VerticalBar", "HorizontalBar", "Donut", "Pie", "Line", "VerticalBar.Grouped", "HorizontalBar.Stacked"];
  for (const kind of kinds) {
    const typeName = `Chart.${kind}`;
    class Chart extends AC.CardElement {
      getJsonTypeName() {
        return typeName;
      }

      internalParse(source, context) {
        super.internalParse(source, context);
        this.source = source;
      }

      internalRender() {
        const { title = "", showTitle = true, data = [] } = this.source ?? {};
        const shown = showTitle ? title : "";
        const figure =
          typeName === "Chart.HorizontalBar.Stacked" && data.every((row) => Array.isArray(row.data))
            ? drawParts(shown, data)
            : draw(shown, barsOf(data));
        if (title) figure.setAttribute("aria-label", title);
        return figure;
      }
    }
    elements.register(typeName, Chart);
  }
}
