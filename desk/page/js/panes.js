// The people opened, as tabs, and the ones shown, side by side.
import { $, h } from "./dom.js";
import { makePane } from "./pane.js";
import { close, columns, isWide, on, open, setColumns, store } from "./store.js";

const WORDS = { 1: "One chat", 2: "Two chats side by side", 3: "Three chats side by side" };

export function startPanes() {
  const place = $("#chats");
  const tabs = h("ul", { "aria-label": "Opened chats" });
  const tools = h("div", { class: "tools" });
  const strip = h("div", { class: "opened" }, tabs, tools);
  const row = h("div", { class: "panes" });
  const nobody = h("div", { class: "empty welcome" },
    h("h2", {}, "Pick somebody from the council"),
    h("p", {}, "You see what they see: their chat with the bot, their phone and their mailbox."),
  );
  place.append(strip, row);
  const drawn = new Map();

  function drawTabs() {
    tabs.replaceChildren(...store.opened.map((id) => {
      const shown = store.shown.includes(id);
      return h("li", {}, h("button", {
        type: "button", "aria-current": String(shown), "data-opened": id, onclick: () => open(id),
      }, store.people.get(id).name,
      store.news.has(id) ? [h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "unseen" }, ", new messages")] : null));
    }));
    requestAnimationFrame(() => [...tabs.querySelectorAll('[aria-current="true"]')].at(-1)?.scrollIntoView({ block: "nearest", inline: "center" }));
    const counts = [1, 2, 3].map((count) => h("button", {
      type: "button", "aria-pressed": String(store.columns === count), "aria-label": WORDS[count], title: WORDS[count],
      onclick: () => { setColumns(count); tools.querySelector('[aria-pressed="true"]')?.focus(); },
    }, String(count)));
    const hidden = document.body.classList.contains("no-side");
    tools.replaceChildren(h("span", {}, "Side by side"), ...counts, h("button", {
      type: "button", "aria-expanded": String(!hidden), "aria-controls": "side", "data-side": "", onclick: () => {
        document.body.classList.toggle("no-side");
        drawTabs();
        tools.querySelector("[data-side]").focus();
      },
    }, hidden ? "Show the timeline" : "Hide the timeline"));
    strip.hidden = !store.opened.length;
    strip.classList.toggle("alone", store.opened.length === 1);
  }

  function draw() {
    const wanted = store.shown.slice(-columns());
    for (const [id, pane] of drawn) {
      if (!wanted.includes(id)) {
        pane.leave();
        pane.element.remove();
        drawn.delete(id);
      }
    }
    wanted.forEach((id, at) => {
      if (!drawn.has(id)) drawn.set(id, makePane(store.people.get(id), () => { close(id); $("#chats").focus(); }));
      const { element } = drawn.get(id);
      if (row.children[at] !== element) row.insertBefore(element, row.children[at] ?? null);
    });
    if (wanted.length) nobody.remove();
    else row.replaceChildren(nobody);
    row.dataset.columns = isWide() ? wanted.length : 1;
    drawTabs();
  }

  on("shown", draw);
  on("news", drawTabs);
  draw();
}
