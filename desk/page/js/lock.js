// What this person's phone shows while it is locked: one line for each message, and nothing that should not be seen.
import { api } from "./api.js";
import { h, isoDay, sayDay, sayShortDay, sayTime } from "./dom.js";
import { on, store } from "./store.js";

export function makeLockScreen(person) {
  const time = h("p", { class: "big" });
  const day = h("p", { class: "date" });
  const list = h("ol", { "aria-label": `Notifications on ${person.name}'s phone` });
  const element = h("div", { class: "lock", tabindex: "0" },
    h("p", { class: "small soft" }, "All that a locked phone shows to whoever picks it up: never a child, a grade or a case."),
    h("div", { class: "phone" }, time, day, list));

  async function draw() {
    if (store.now) {
      time.textContent = sayTime(store.now);
      day.textContent = sayDay(store.now);
    }
    try {
      const shown = (await api.notifications(person.id)).slice().sort((a, b) => b.at.localeCompare(a.at));
      list.replaceChildren(...shown.map((one) => h("li", {},
        h("p", { class: "from" }, h("span", {}, one.app), h("time", { datetime: one.at }, store.now && isoDay(one.at) === isoDay(store.now) ? sayTime(one.at) : sayShortDay(one.at))),
        h("p", { class: "title" }, one.title),
        one.text && one.text !== one.title ? h("p", {}, one.text) : null)));
      if (!shown.length) list.replaceChildren(h("li", {}, h("p", {}, "No notifications.")));
    } catch (error) {
      list.replaceChildren(h("li", {}, h("p", {}, error.message)));
    }
  }
  const stop = ["chat", "mail"].map((kind) => on(`${kind}:${person.id}`, () => { if (!element.hidden) draw(); }));
  stop.push(on("clock", () => { if (!element.hidden) draw(); }));
  return { element, seen: draw, leave: () => stop.forEach((end) => end()) };
}
