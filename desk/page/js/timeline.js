// The plain list: who heard what, when, on which channel, newest first.
import { api } from "./api.js";
import { h, newId, sayMoment } from "./dom.js";
import { isWide, on, open, store, tell, view } from "./store.js";

const MOST_SHOWN = 80;
const CHANNELS = { teams: "Teams", mail: "email", email: "email" };
const STATES = { pending: "waiting", leased: "on its way", failed: "could not be told", dead: "could not be told", never: "could not be told", lost: "could not be told", unreachable: "could not be told", superseded: "replaced", dropped: "no longer needed", cancelled: "no longer needed", recorded: "recorded only" };

export const channelWords = (row) => CHANNELS[row.channel] ?? row.channel ?? "";
export const wasTold = (row) => row.state === "sent" || row.state === "delivered";
export const stateWords = (row) => (wasTold(row) ? "" : STATES[row.state] ?? row.state);

export function makeTimeline(picked) {
  const title = newId("list");
  const only = h("input", { type: "checkbox", id: newId("only") });
  const body = h("tbody", {});
  const table = h("table", { "aria-labelledby": title },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "When"), h("th", { scope: "col" }, "Who"), h("th", { scope: "col" }, "What"))), body);
  const empty = h("p", { class: "empty small" }, "Nobody has heard anything yet. Move the clock.");
  const element = h("section", { class: "heard", "aria-labelledby": title },
    h("header", {}, h("h2", { id: title }, "Who heard what"), h("label", { class: "small", for: only.id }, only, "only this one")),
    table, empty);

  function draw() {
    const rows = store.rows.filter((row) => !only.checked || row.subject === picked()).slice(-MOST_SHOWN).reverse();
    body.replaceChildren(...rows.map((row) => {
      const state = stateWords(row);
      const name = store.people.has(row.person)
        ? h("button", { type: "button", class: "name", onclick: () => { open(row.person); if (!isWide()) view("chat"); } }, row.name)
        : row.name;
      return h("tr", { "data-seq": row.seq },
        h("td", {}, h("time", { datetime: row.at }, sayMoment(row.at))),
        h("td", {}, name, h("span", { class: "soft" }, row.role)),
        h("td", {}, row.title, row.repeat ? " (repeat)" : "", h("span", { class: "soft" }, [channelWords(row), row.subject].filter(Boolean).join(", ")),
          state ? h("span", { class: "tag warn" }, state) : null));
    }));
    table.hidden = !rows.length;
    empty.hidden = rows.length > 0;
  }

  let sitting;
  let drawn = false;
  let last = 0;
  let loading = null;
  let again = false;
  function load() {
    again = Boolean(loading);
    loading ??= (async () => {
      try {
        let said = await api.timeline(last);
        if (said.sitting !== sitting) {
          // Another council, or the bot began again: everything afresh.
          store.rows = [];
          drawn = false;
          said = last ? await api.timeline(0) : said;
          sitting = said.sitting;
        }
        last = Math.max(last, ...said.rows.map((row) => row.seq));
        const newer = new Map(said.rows.map((row) => [row.id ?? row.seq, row]));
        store.rows = [...store.rows.filter((row) => !newer.has(row.id ?? row.seq)), ...newer.values()].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq);
        if (newer.size || !drawn) draw();
        drawn = true;
        tell("rows");
      } catch (error) {
        tell("failure", error);
      } finally {
        loading = null;
      }
      if (again) load();
    })();
    return loading;
  }
  only.addEventListener("change", draw);
  store.loadTimeline = load;
  on("timeline", load);
  on("picked", draw);
  return { element };
}
