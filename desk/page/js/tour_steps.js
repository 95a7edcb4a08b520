// The five steps of the tour: what to do, which real control it is done with, and how the tour knows it is done.
import { isoDay, sayDay } from "./dom.js";
import { isWide } from "./store.js";
import { wasTold } from "./timeline.js";

const LATE_DAYS = 2;
const OVER = new Set(["submitted", "excluded", "withdrawn"]);
const AUTHORISED = new Set(["authorised", "with_qa", "re_audit_due", "closed"]);
const WRITTEN = new Set(["submitted", ...AUTHORISED]);

/** Everybody and everything the tour is about, as it stands now; null while the story cannot be told. */
export function castOf(store) {
  if (!store.story) return null;
  const items = [...(store.items?.values() ?? [])];
  const item = store.items?.get(store.story.reference);
  const loop = items.find((one) => one.kind === "loop" && store.storyItems?.has(one.reference));
  const again = items.find((one) => one.kind === "re_audit" && store.storyItems?.has(one.reference));
  const name = (role) => store.people.get(store.story[role])?.name ?? "the next person";
  return { ...store.story, now: store.now, item, loop, again, name, rows: store.rows };
}

const pane = (id) => document.querySelector(`[data-pane="${CSS.escape(id)}"]`);
const entry = (id) => document.querySelector(`#people [data-person="${CSS.escape(id)}"]`) ?? document.querySelector(`[data-opened="${CSS.escape(id)}"]`) ?? document.getElementById("people-search");
const clock = (how) => document.querySelector(`[data-clock="${how}"]`);

/** What somebody's screen shows of one piece of work: its cards, oldest first. A card has hyphens that no line breaks at. */
function cardsOf(id, reference) {
  const cards = [...(pane(id)?.querySelectorAll(".card") ?? [])];
  return reference ? cards.filter((card) => card.textContent.replaceAll("\u2011", "-").includes(reference)) : cards;
}

/** The form on somebody's screen: the newest card that asks for something. */
const form = (id, reference) => cardsOf(id, reference).filter((card) => card.querySelector("[data-input]")).at(-1) ?? null;

function button(place, words) {
  return [...(place?.querySelectorAll(".ac-pushButton") ?? [])].filter((one) => words.test(one.textContent)).at(-1) ?? null;
}

const ONWARD = /^(next|review|check|send(?! back)|continue|submit|confirm|authorise|record)/i;
const TURNS = /^(next|review|check|continue)/i;
const BEGIN = /^(open(?! in a window)|go on|carry on|continue|fill|start|decide|authorise|read)/i;
const ASK = /^show my list/i;

/** The newest button that opens a piece of work: on one of its own cards, else any. */
const opener = (id, reference) => cardsOf(id, reference).map((card) => button(card, BEGIN)).filter(Boolean).at(-1) ?? button(pane(id), BEGIN);

/** The button that turns the page of a form, and neither sends nor decides anything. */
export const pageTurn = (card) => button(card, TURNS);

const ladderIs = () => (isWide() && !document.body.classList.contains("no-side") ? "the ladder on the right" : "the ladder, under Timeline,");

/** Where one types: a chat that was emptied has no card to press, and "list" brings one. */
const box = (id) => pane(id).querySelector(".composer textarea") ?? pane(id);

/** What somebody has to press next: their name, if their chat is not shown; else the form's button, or one that opens it. */
const worked = (id, reference) => (pane(id) ? button(form(id, reference), ONWARD) ?? opener(id, reference) ?? form(id, reference) ?? button(pane(id), ASK) ?? box(id) : entry(id));

/** The first working day that is at least so many days after an ISO day. */
function workingDay(day, days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  while ([0, 6].includes(date.getUTCDay())) date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

const later = (day, now) => (now && day <= isoDay(now) ? clock("working_days") : clock("to"));
const lateDay = (cast) => workingDay(cast.item?.due_on ?? isoDay(cast.now), LATE_DAYS);
const wasLate = (cast) => cast.rows.some((row) => row.subject === cast.reference && wasTold(row) && cast.item && isoDay(row.at) > cast.item.due_on && /manager/i.test(row.role));

export const STEPS = [
  {
    title: "Allocated",
    tasks: [{
      say: (cast) => `${cast.name("auditor")} has been given a learning space: a talk about one piece of work, with four weeks to do it. Be ${cast.name("auditor")}, and press Open on the card.`,
      who: (cast) => cast.auditor,
      target: (cast) => worked(cast.auditor, cast.reference),
      done: (cast) => Boolean(form(cast.auditor, cast.reference)) || (cast.item && cast.item.state !== "allocated"),
    }],
  },
  {
    title: "Late",
    tasks: [{
      say: (cast) => `Suppose nobody answers. Press “To a day…” and go to ${sayDay(`${lateDay(cast)}T12:00:00Z`)}: ${ladderIs()} climbs by itself, first to the Senior Manager and the Head of Service, never to a Director early.`,
      target: (cast) => later(lateDay(cast), cast.now),
      day: lateDay,
      done: (cast) => wasLate(cast) || OVER.has(cast.item?.state),
    }],
  },
  {
    title: "Graded",
    tasks: [{
      say: (cast) => `Now ${cast.name("auditor")} does it after all. Fill each step with an example (it grades the work inadequate), which turns the page too, and at the end press Send.`,
      who: (cast) => cast.auditor,
      target: (cast) => worked(cast.auditor, cast.reference),
      card: (cast) => form(cast.auditor, cast.reference),
      done: (cast) => OVER.has(cast.item?.state),
    }],
  },
  {
    title: "The loop",
    tasks: [{
      say: (cast) => `An inadequate grade opens closing the loop at once, and ${cast.name("senior_manager")} is told when the minute to take it back is over. Be ${cast.name("senior_manager")}: open it, fill the form with an example and send it on.`,
      who: (cast) => cast.senior_manager,
      target: (cast) => worked(cast.senior_manager, cast.loop?.reference),
      card: (cast) => form(cast.senior_manager, cast.loop?.reference),
      done: (cast) => WRITTEN.has(cast.loop?.state),
    }, {
      say: (cast) => `Only somebody else may authorise it. Be ${cast.name("head_of_service")}, open it, look at what was written and press Authorise.`,
      who: (cast) => cast.head_of_service,
      target: (cast) => worked(cast.head_of_service, cast.loop?.reference),
      done: (cast) => AUTHORISED.has(cast.loop?.state),
    }],
  },
  {
    title: "Seen again, closed",
    tasks: [{
      say: (cast) => `The QA team has it, and nobody has to remember the rest. Press “To a day…” and go to ${cast.loop?.due_on ? sayDay(`${cast.loop.due_on}T12:00:00Z`) : "three months later"}: a second learning space opens by itself, for the same practitioner.`,
      target: (cast) => later(cast.loop?.due_on ?? "", cast.now),
      day: (cast) => cast.loop?.due_on,
      done: (cast) => Boolean(cast.again),
    }, {
      say: (cast) => `Somebody else looks this time, at another child. Be ${cast.again.owner_name}, fill it as before (now the work is good), and Send.`,
      who: (cast) => cast.again.owner,
      target: (cast) => worked(cast.again.owner, cast.again.reference),
      card: (cast) => form(cast.again.owner, cast.again.reference),
      grade: "good",
      done: (cast) => OVER.has(cast.again?.state),
    }, {
      say: (cast) => `Last, be ${cast.name("qa_lead")}: open ${cast.loop.reference}, see then and now side by side, say that the learning is embedded, and record it.`,
      who: (cast) => cast.qa_lead,
      target: (cast) => worked(cast.qa_lead, cast.loop.reference),
      card: (cast) => form(cast.qa_lead, cast.loop.reference),
      done: (cast) => cast.loop?.state === "closed",
    }],
  },
];
