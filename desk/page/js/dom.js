// Small things every part uses: making elements, speaking to screen readers, saying times the British way.

/** An element with attributes, listeners (`onclick`) and children. Nothing is ever parsed as HTML. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);

let lastId = 0;
export const newId = (word) => `${word}-${++lastId}`;

/** Say something to a screen reader: `polite` waits its turn, `assertive` does not. */
export function announce(text, how = "polite") {
  const region = document.getElementById(how);
  const line = h("p", {}, text);
  region.append(line);
  while (region.childElementCount > 4) region.firstElementChild.remove();
  setTimeout(() => line.remove(), 8000);
}

const LONDON = { timeZone: "Europe/London" };
const clockFormat = new Intl.DateTimeFormat("en-GB", { ...LONDON, hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { ...LONDON, weekday: "long", day: "numeric", month: "long" });
const shortFormat = new Intl.DateTimeFormat("en-GB", { ...LONDON, weekday: "short", day: "numeric", month: "short" });
const isoFormat = new Intl.DateTimeFormat("sv-SE", { ...LONDON, year: "numeric", month: "2-digit", day: "2-digit" });

/** "14:30" */
export const sayTime = (iso) => clockFormat.format(new Date(iso));
/** "Friday 13 March" */
export const sayDay = (iso) => dayFormat.format(new Date(iso));
/** "Fri 13 Mar" */
export const sayShortDay = (iso) => shortFormat.format(new Date(iso)).replace(",", "");
/** "Fri 13 Mar, 14:30" */
export const sayMoment = (iso) => `${sayShortDay(iso)}, ${sayTime(iso)}`;
/** "2026-03-13", the day in London */
export const isoDay = (iso) => isoFormat.format(new Date(iso));
/** Whole days from one ISO day to another. */
export const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** "RB" for Rhian Brook. */
export const initials = (name) => name.split(/\s+/).map((word) => word[0]).filter(Boolean).slice(0, 2).join("");

export const avatar = (name) => h("span", { class: "avatar", "aria-hidden": "true" }, initials(name));

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** A row of tabs with arrow keys. `tabs` is [{key, label, panel}]; gives {element, select, label}. */
export function tabRow(name, tabs, onSelect) {
  const buttons = new Map();
  const element = h("div", { class: "tabs", role: "tablist", "aria-label": name });
  const select = (key, focus = false) => {
    for (const tab of tabs) {
      const chosen = tab.key === key;
      const button = buttons.get(tab.key);
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) button.focus();
      tab.panel.hidden = !chosen;
    }
    onSelect?.(key);
  };
  for (const tab of tabs) {
    const id = newId("tab");
    tab.panel.id ||= newId("panel");
    tab.panel.setAttribute("role", "tabpanel");
    tab.panel.setAttribute("aria-labelledby", id);
    const button = h("button", { type: "button", role: "tab", id, "data-tab": tab.key, "aria-controls": tab.panel.id, onclick: () => select(tab.key) }, tab.label);
    buttons.set(tab.key, button);
    element.append(button);
  }
  element.addEventListener("keydown", (event) => {
    const keys = tabs.map((tab) => tab.key);
    const at = keys.findIndex((key) => buttons.get(key) === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    select(keys[(to + keys.length) % keys.length], true);
  });
  const label = (key, text, count) => {
    buttons.get(key).replaceChildren(text, count ? h("span", { class: "count" }, String(count)) : "");
  };
  return { element, select, label };
}
