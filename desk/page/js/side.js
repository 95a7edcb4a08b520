// The right-hand side: the timeline (a ladder one can see, and the list) and the faults.
import { makeFaults } from "./faults.js";
import { $, h, tabRow } from "./dom.js";
import { makeLadder } from "./ladder.js";
import { on, store } from "./store.js";
import { makeTimeline } from "./timeline.js";

export function startSide() {
  const ladder = makeLadder();
  const list = makeTimeline(ladder.picked);
  const timeline = h("div", { class: "happens" }, ladder.element, list.element);
  const faults = makeFaults();
  const tabs = tabRow("What happens", [
    { key: "timeline", label: "Timeline", panel: timeline },
    { key: "faults", label: "Faults", panel: faults.element },
  ], () => { $("#side").scrollTop = 0; });
  $("#side").append(tabs.element, timeline, faults.element);
  tabs.select("timeline");
  on("view", (name) => { if (name === "timeline" || name === "faults") tabs.select(name); });
  on("faults-on", (count) => tabs.label("faults", "Faults", count));
  store.showSide = tabs.select;
}
