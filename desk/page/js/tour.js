// The guided tour: five steps on real data, each done by pressing the real buttons. It watches, points and goes on.
import { onWait, waits } from "./api.js";
import { $, announce, h } from "./dom.js";
import { fillExample } from "./example.js";
import { isWide, nameOf, on, open, store, tell, view } from "./store.js";
import { STEPS, castOf, pageTurn } from "./tour_steps.js";

const KEPT = "desk.tour";
const LOOK_AFTER = 30; // milliseconds: several changes at once are one look

const still = matchMedia("(prefers-reduced-motion: reduce)");

const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
};
const keep = (what) => localStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...what }));

export function startTour() {
  const place = $("#tour");
  const button = $("#tour-start");
  let step = 0;
  let task = 0;
  let running = false;
  let looking = null;
  let pointed = null;
  let drawn = "";

  const now = () => STEPS[step]?.tasks[task];

  function point(element) {
    if (pointed === element) return;
    pointed?.removeAttribute("data-pointed");
    pointed = element ?? null;
    pointed?.setAttribute("data-pointed", "");
  }

  function showMe() {
    const element = now().target(castOf(store));
    if (!element) return;
    if (!isWide()) {
      if (element.closest("#people")) view("people");
      else if (element.closest("#chats")) view("chat");
      else if (element.closest("#side")) view("timeline");
      else if (element.closest("#clock") && !$("#clock.unfolded")) $("#clock .unfold").click();
    }
    element.closest("[role=tabpanel][hidden]")?.parentElement.querySelector("[data-tab=chat]").click();
    point(element);
    element.scrollIntoView({ block: "center", behavior: still.matches ? "instant" : "smooth" });
    element.focus({ preventScroll: true });
  }

  /** Fill the page of the form, and turn it with its own button. What sends or decides is pressed by hand. */
  function fill() {
    const card = now().card?.(castOf(store));
    if (!card) return announce("Open the card first; then there is something to fill.", "assertive");
    const count = fillExample(card, now().grade);
    const onward = pageTurn(card);
    if (onward) {
      announce("Filled with an example, and on to the next page.");
      onward.click();
    } else {
      announce(count ? "Filled with an example. Look it over, then press the button of the card." : "There is nothing to fill on this card. Press its button.");
      showMe();
    }
    return count;
  }

  /** Be whoever is wanted next: their chat opens where their card begins. */
  function beThem(id) {
    open(id);
    view("chat");
    requestAnimationFrame(() => document.querySelector(`[data-pane="${CSS.escape(id)}"] h2`)?.focus({ preventScroll: true }));
  }

  function draw() {
    const wanted = now();
    const types = Boolean(wanted?.target(castOf(store))?.matches(".composer textarea"));
    const who = wanted?.who?.(castOf(store));
    const toBe = who && !store.shown.includes(who) ? who : "";
    const fills = Boolean(wanted?.card?.(castOf(store)));
    const key = `${step} ${task} ${fills} ${types} ${toBe} ${isWide()}`;
    if (key === drawn) return;
    const moved = drawn.slice(0, 3) !== key.slice(0, 3);
    drawn = key;
    if (!wanted) return finish();
    const words = wanted.say(castOf(store)) + (types ? " First type list, and send it: a card comes to press." : "");
    const heading = h("h2", { tabindex: "-1" }, h("span", { class: "soft" }, `${step + 1} of ${STEPS.length}`), ` ${STEPS[step].title}`);
    const dots = h("ol", { class: "dots", "aria-hidden": "true" }, STEPS.map((_, at) => h("li", { class: at < step ? "done" : at === step ? "now" : "" })));
    place.replaceChildren(h("section", { class: "tour-band", "aria-label": "Guided tour" },
      h("div", { class: "words" }, h("header", {}, heading, dots), h("p", {}, words)),
      h("div", { class: "row" },
        toBe ? h("button", { type: "button", class: "main", "data-tour": "be", onclick: () => beThem(toBe) }, `Be ${nameOf(toBe)}`) : null,
        fills && !toBe ? h("button", { type: "button", class: "main", "data-tour": "fill", onclick: fill }, "Fill with an example") : null,
        toBe ? null : h("button", { type: "button", class: fills ? "" : "main", "data-tour": "show", onclick: showMe }, "Show me"))));
    if (moved) announce(`Tour, step ${step + 1} of ${STEPS.length}, ${STEPS[step].title}: ${words}`);
  }

  function look() {
    const cast = castOf(store);
    const before = `${step} ${task}`;
    while (STEPS[step]) {
      // The first thing of the step that is not done: something sent back makes an earlier one undone again.
      task = STEPS[step].tasks.findIndex((one) => !one.done(cast));
      if (task >= 0) break;
      step += 1;
    }
    if (before !== `${step} ${task}`) keep({ step, task: Math.max(0, task) });
    draw();
    const going = now();
    if (!going) return;
    store.suggestedDay = going.day?.(cast) ?? "";
    point(going.target(cast));
  }

  /** Look soon: something has changed. Marked until it has been done, so that whoever watches knows when to read on. */
  function lookSoon() {
    if (!running || looking) return;
    place.dataset.looking = "";
    looking = setTimeout(() => {
      looking = null;
      if (waits()) return; // half of an answer would have us point at the wrong thing; we hear when it is there
      delete place.dataset.looking;
      look();
    }, LOOK_AFTER);
  }
  const floor = new MutationObserver(lookSoon);

  function finish() {
    end();
    keep({ seen: true, step: 0, task: 0 });
    const close = h("button", { type: "button", class: "main", onclick: () => place.replaceChildren() }, "Close");
    place.replaceChildren(h("section", { class: "tour-band", "aria-label": "Guided tour" },
      h("div", { class: "words" }, h("h2", {}, "That is the whole circle"), h("p", {}, "Allocated, late, graded, authorised, looked at again, and the loop is closed. Nobody had to remember anything. Now switch a fault on, or be somebody else.")),
      h("div", { class: "row" }, close)));
    announce("The tour is finished.");
  }

  function end() {
    running = false;
    floor.disconnect();
    clearTimeout(looking);
    looking = null;
    delete place.dataset.looking;
    store.suggestedDay = "";
    point(null);
    drawn = "";
    document.body.classList.remove("touring");
    button.textContent = "Take the tour";
  }

  function stop() {
    end();
    keep({ seen: true });
    place.replaceChildren();
    button.focus();
    announce("You left the tour. It goes on where you left it.");
  }

  function begin() {
    const before = kept();
    step = Math.min(before.step ?? 0, STEPS.length - 1);
    task = Math.min(before.task ?? 0, STEPS[step].tasks.length - 1);
    document.body.classList.add("touring");
    button.textContent = "Leave the tour";
    running = true;
    floor.observe($(".floor"), { childList: true, subtree: true });
    tell("timeline");
    look();
  }

  button.addEventListener("click", () => (running ? stop() : begin()));
  on("tour", begin);
  for (const topic of ["rows", "picked", "clock", "shown", "moved"]) on(topic, lookSoon);
  onWait(lookSoon);
  if (!store.story) button.hidden = true;
  else if (!kept().seen) begin();
}
