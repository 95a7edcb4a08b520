// A ladder one can see: one learning space (or loop, or action) from the day it was given, rung by rung, and who hears.
import { api } from "./api.js";
import { avatar, daysBetween, h, isoDay, newId, plural, sayShortDay } from "./dom.js";
import { isWide, on, open, store, tell, view } from "./store.js";
import { channelWords, stateWords, wasTold } from "./timeline.js";

const KINDS = { learning_space: "Learning space", loop: "Closing the loop", action: "Action", re_audit: "Re-audit", moderation: "Moderation" };
const LATE = /\blate\b|escalation|overdue/i;
const OPEN_WORDS = { allocated: "given, not opened yet", opened: "being worked on", submitted: "sent in" };

const kindWords = (item) => KINDS[item.kind] ?? item.kind;
const stateOf = (item) => OPEN_WORDS[item.state] ?? String(item.state).replaceAll("_", " ");

/** How far from the due date a day is, in words. */
function offsetWords(days) {
  if (days === 0) return "due";
  return days < 0 ? `${plural(-days, "day")} before` : `${plural(days, "day")} late`;
}

/** The rungs to draw, oldest first: what was promised, and everything that was said, each with its people. */
function rungsOf(item, rows) {
  const rungs = new Map();
  for (const step of item.ladder ?? []) {
    rungs.set(`step ${step.step}`, { on: step.on, title: step.says, people: step.people ?? [], heard: [], promised: true });
  }
  for (const row of rows) {
    const key = row.step && rungs.has(`step ${row.step}`) ? `step ${row.step}` : `${row.event} ${row.step} ${isoDay(row.at)}`;
    if (!rungs.has(key)) rungs.set(key, { on: isoDay(row.at), title: row.title, people: [], heard: [] });
    rungs.get(key).heard.push(row);
  }
  const found = [...rungs.values()];
  if (item.due_on && !found.some((rung) => rung.promised && rung.on === item.due_on)) {
    found.push({ on: item.due_on, title: "Due by midnight", people: [], heard: [], due: true });
  }
  return found.sort((a, b) => a.on.localeCompare(b.on) || Number(Boolean(b.heard.length)) - Number(Boolean(a.heard.length)));
}

/** Each person once, with every channel they were told on. */
function onePerPerson(rows) {
  const found = new Map();
  for (const row of rows) {
    const before = found.get(row.person);
    if (!before || (wasTold(row) && !wasTold(before))) found.set(row.person, { ...row, channels: [channelWords(row)] });
    else if (wasTold(row) && !before.channels.includes(channelWords(row))) before.channels.push(channelWords(row));
  }
  return [...found.values()];
}

/** Why somebody was not told by itself, for people: the record's reason names the step that spoke instead. */
const sayReason = (reason) => String(reason ?? "").replace(/^(step )?\S+ spoke for it$/, "another message says it");
const sayRole = (role) => (role ? role[0].toUpperCase() + role.slice(1) : "");

function person(one, told) {
  const known = one.id && store.people.has(one.id);
  const words = [avatar(one.name), h("span", { class: "words" }, h("span", { class: "name" }, one.name), h("span", { class: "soft" }, [sayRole(one.role), told ? one.how : sayReason(one.why)].filter(Boolean).join(", ")))];
  return h("li", { class: `hears ${told ? "told" : ""}` },
    known ? h("button", { type: "button", onclick: () => { open(one.id); if (!isWide()) view("chat"); } }, words) : h("span", { class: "plain" }, words));
}

export function makeLadder() {
  const title = newId("ladder");
  const select = h("select", { id: newId("item") });
  const about = h("p", { class: "small soft" });
  const list = h("ol", { class: "rungs", "aria-labelledby": title });
  const empty = h("p", { class: "empty small" }, "Pick somebody who has a learning space, and its ladder shows here.");
  const element = h("section", { class: "ladder", "aria-labelledby": title },
    h("h2", { id: title }, "The ladder"),
    h("label", { class: "unseen", for: select.id }, "Which one to look at"), select, about, list, empty);

  const known = new Map(); // reference -> item
  let picked = "";
  let day = ""; // the one it was drawn on

  function drawRung(rung, item, today) {
    const told = rung.heard.filter(wasTold);
    const state = told.length ? "lit" : rung.on < today ? "quiet" : "ahead";
    const heard = onePerPerson(rung.heard).map((row) => person({ id: row.person, name: row.name, role: row.role, how: stateWords(row) || row.channels.join(" and "), why: wasTold(row) ? "" : row.reason || stateWords(row) }, wasTold(row)));
    const expected = rung.heard.length ? [] : rung.people.map((one) => person({ id: one.id, name: one.name, role: one.role_title ?? one.role }, false));
    const offset = item.due_on ? daysBetween(item.due_on, rung.on) : null;
    return h("li", { class: `rung ${state} ${offset > 0 && (rung.promised || LATE.test(rung.title)) ? "late" : ""}`, "data-step": offset },
      h("p", { class: "when" }, h("time", { datetime: rung.on }, sayShortDay(rung.on)), offset === null ? "" : h("span", { class: "offset" }, offsetWords(offset))),
      h("p", { class: "what" }, rung.title, h("span", { class: "unseen" }, { lit: " (told)", quiet: rung.due ? "" : " (nobody had to be told)", ahead: " (still to come)" }[state])),
      heard.length || expected.length ? h("ul", {}, heard, expected) : null);
  }

  function draw() {
    const item = known.get(picked);
    select.replaceChildren(...[...known.values()].map((one) => h("option", { value: one.reference, selected: one.reference === picked }, `${kindWords(one)} ${one.reference}`)));
    select.hidden = !known.size;
    empty.hidden = Boolean(item);
    list.hidden = !item;
    about.replaceChildren();
    if (!item) return list.replaceChildren();
    about.append(`${kindWords(item)} of ${item.owner_name ?? store.people.get(item.owner)?.name ?? "somebody"}: ${stateOf(item)}.`);
    const today = day = store.now ? isoDay(store.now) : "";
    const rungs = rungsOf(item, store.rows.filter((row) => row.subject === item.reference));
    const before = rungs.filter((rung) => rung.on <= today);
    const now = h("li", { class: "today" }, h("p", {}, "Today, ", store.now ? sayShortDay(store.now) : ""));
    list.replaceChildren(...before.map((rung) => drawRung(rung, item, today)), now, ...rungs.filter((rung) => rung.on > today).map((rung) => drawRung(rung, item, today)));
    return list;
  }

  async function load() {
    try {
      const about = store.shown.at(-1);
      const [mine, story] = await Promise.all([about ? api.items(about) : [], api.items("")]);
      store.storyItems = new Set(story.map((item) => item.reference));
      // The story knows more of an item (which one is a re-audit) than the list of whoever has it.
      for (const item of [...mine, ...story]) known.set(item.reference, item);
      if (!known.has(picked)) picked = (mine[0] ?? story[0])?.reference ?? "";
      draw();
      store.picked = picked;
      tell("picked", picked);
    } catch (error) {
      tell("failure", error);
    }
  }
  select.addEventListener("change", () => {
    picked = select.value;
    store.picked = picked;
    draw();
    tell("picked", picked);
  });
  on("rows", load);
  on("shown", load);
  on("clock", ({ now }) => { if (isoDay(now) !== day) draw(); });
  on("moved", () => list.querySelector(".today")?.scrollIntoView?.({ block: "nearest" }));
  store.items = known;
  return { element, picked: () => picked };
}
