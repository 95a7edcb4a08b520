// The bot's clock: says the time, and moves it on, walking through everything that happens on the way.
import { api } from "./api.js";
import { $, announce, h, isoDay, plural, sayDay, sayMoment, sayShortDay, sayTime } from "./dom.js";
import { showWindow } from "./dialog.js";
import { wasTold } from "./timeline.js";
import { isWide, on, store, tell } from "./store.js";

const STEPS = [
  ["+1 hour", "One hour later", { hours: 1 }],
  ["+1 day", "One day later", { days: 1 }],
  ["+1 working day", "One working day later", { working_days: 1 }],
];
const MOST_SHOWN = 200;
const MOST_OURS = 5;

/** What was said since an instant about the item on the ladder, else to somebody whose chat is shown; the latest few. */
function ofOurs(since) {
  const said = new Map();
  const touring = document.body.classList.contains("touring");
  const fresh = store.rows.filter((row) => row.at > since && wasTold(row));
  const about = fresh.filter((row) => row.subject === store.picked || (touring && store.storyItems?.has(row.subject)));
  for (const row of about.length ? about : fresh.filter((one) => store.shown.includes(one.person))) {
    const key = `${row.title} ${row.subject} ${row.at.slice(0, 13)}`;
    if (!said.has(key)) said.set(key, { at: row.at, about: [row.title, /^[A-Z]{2}-/.test(row.subject) ? row.subject : ""].filter(Boolean).join(", "), people: [] });
    said.get(key).people.push(`${row.name} (${row.role})`);
  }
  return [...said.values()].slice(-MOST_OURS).map((one) => ({ at: one.at, what: `${one.about}: ${one.people.join(", ").replace(/, ([^,]*)$/, " and $1")}` }));
}

export function startClock() {
  const box = $("#clock");
  const says = h("p", { class: "says" });
  const next = h("button", { type: "button", class: "next", "data-clock": "next", onclick: () => move({ next: true }) }, "To what happens next");
  const buttons = STEPS.map(([label, name, how]) => h("button", { type: "button", "data-clock": Object.keys(how)[0], "aria-label": name, onclick: () => move(how) }, label));
  const toDay = h("button", { type: "button", "data-clock": "to", onclick: askDay }, "To a day…");
  const moves = h("div", { class: "moves", id: "clock-moves", role: "group", "aria-label": "Move the clock" }, buttons, next, toDay);
  const unfold = h("button", { type: "button", class: "unfold", "aria-expanded": "false", "aria-controls": "clock-moves", "aria-label": "Move the clock", onclick: () => {
    const open = box.classList.toggle("unfolded");
    unfold.setAttribute("aria-expanded", String(open));
  } }, "Move");
  box.append(says, unfold, moves);

  let moving = false;

  function draw(clock) {
    store.now = clock.now;
    const short = `${sayShortDay(clock.now)} ${isoDay(clock.now).slice(0, 4)}, ${sayTime(clock.now)}`;
    says.replaceChildren(h("time", { datetime: clock.now }, h("span", { class: "long" }, clock.says), h("span", { class: "short" }, short)));
    if (!("next" in clock) || clock.moving) return;
    next.title = clock.next ? `${clock.next.says}: ${clock.next.what}` : "Nothing is known to fall due; the clock goes on until somebody hears something.";
    next.replaceChildren("To what happens next", clock.next ? h("span", { class: "soon" }, ` · ${sayShortDay(clock.next.at)}`) : "");
  }

  async function move(how) {
    if (moving) return false;
    moving = store.moving = true;
    box.setAttribute("aria-busy", "true");
    announce("Moving the clock.");
    try {
      const since = store.now ?? "";
      const said = await api.moveClock(how);
      draw(said);
      draw(await api.clock());
      store.moving = false;
      await store.loadTimeline();
      showHappened(since, said);
      tell("moved", said);
      for (const id of store.shown) for (const kind of ["chat", "mail"]) tell(`${kind}:${id}`);
      return true;
    } catch (error) {
      tell("failure", error);
      return false;
    } finally {
      if (document.body.classList.contains("touring")) {
        box.classList.remove("unfolded");
        unfold.setAttribute("aria-expanded", "false");
      }
      moving = store.moving = false;
      box.removeAttribute("aria-busy");
    }
  }

  function askDay() {
    const day = h("input", { type: "date", id: "clock-day", required: true, min: store.now ? isoDay(store.now) : null, value: store.suggestedDay || (store.now ? isoDay(store.now) : "") });
    const time = h("input", { type: "time", id: "clock-time", required: true, value: "10:00" });
    const problem = h("p", { class: "failure", hidden: true });
    // A browser shows a date in its own order: in words nobody can take the month for the day.
    const said = h("output", { class: "small soft", for: "clock-day" });
    const sayChosen = () => { said.value = day.value ? sayDay(`${day.value}T12:00:00Z`) : ""; };
    day.addEventListener("input", sayChosen);
    sayChosen();
    const form = h("form", {},
      h("p", { class: "field" }, h("label", { for: "clock-day" }, "Day"), day, said),
      h("p", { class: "field" }, h("label", { for: "clock-time" }, "Time"), time),
      problem,
      h("p", { class: "row" }, h("button", { type: "submit", class: "main" }, "Move the clock there")),
    );
    const shown = showWindow("To a day", form, { size: "small" });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const to = `${day.value}T${time.value}`;
      if (store.now && isoDay(store.now) === day.value && sayMoment(store.now).slice(-5) >= time.value) {
        problem.hidden = false;
        problem.replaceChildren("That has passed already. The clock only goes forward: choose a later day or time.");
        announce(problem.textContent, "assertive");
        return;
      }
      shown.close();
      move({ to });
    });
  }

  function showHappened(since, { says: now, happened = [], more = 0, held = "" }) {
    const place = $("#notices");
    place.querySelector(".happened")?.remove();
    const heading = happened.length ? `${plural(happened.length + more, "thing")} happened on the way` : "Nothing happened on the way";
    announce(`It is now ${now}. ${heading}.`);
    const ours = ofOurs(since);
    const total = happened.length + more;
    const lines = (list) => h("ol", {}, list.slice(0, MOST_SHOWN).map((one) => h("li", {}, h("time", { datetime: one.at }, sayMoment(one.at)), h("span", {}, one.what))));
    const few = !ours.length && total <= MOST_OURS;
    const all = few ? lines(happened) : h("details", {}, h("summary", {}, total === 1 ? "Show it" : `Show all ${total}`), lines(happened),
      total > MOST_SHOWN ? h("p", { class: "small" }, `and ${total - Math.min(MOST_SHOWN, happened.length)} more, on the timeline`) : null);
    // On a phone only the headline from the start, on a laptop as soon as one goes on: the chat is what one came for.
    const title = total ? h("summary", {}, h("h2", {}, heading)) : h("h2", {}, heading);
    const folded = h(total ? "details" : "div", { class: "words", open: total > 0 && isWide() }, title, held ? h("p", {}, held) : null, ours.length ? lines(ours) : null, total ? all : null);
    const close = h("button", { type: "button", class: "quiet", onclick: () => { panel.remove(); (isWide() ? next : unfold).focus(); } }, "Close");
    const panel = h("section", { class: "happened", "aria-label": "On the way" }, folded, close);
    place.append(panel);
    if (!happened.length && !held) setTimeout(() => panel.remove(), 4000);
  }

  /** What happened on the way has been read once somebody goes on with something below it: only its headline stays. */
  function fold(event) {
    const words = $("#notices .happened > details[open]");
    if (words && event.target instanceof Element && event.target.closest(".floor, #tour")) words.open = false;
  }
  // After the click is through, so that nothing moves from under the pointer.
  for (const kind of ["click", "input"]) document.addEventListener(kind, fold);
  on("clock", draw);
}
