// What the page knows: the council, who is open, who is shown, who has news. Parts subscribe and draw themselves.
import { api } from "./api.js";

const KEPT = "desk.opened";
const MOST_OPENED = 8;

const listeners = new Map();

/** Hear about a topic: "shown", "news", "clock", "timeline", "faults", "chat:ID", "mail:ID", "view". */
export function on(topic, hear) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(hear);
  return () => listeners.get(topic).delete(hear);
}

export function tell(topic, what) {
  for (const hear of [...(listeners.get(topic) ?? [])]) hear(what);
}

export const store = {
  people: new Map(),
  featured: [],
  council: "",
  now: null,
  moving: false, // whether the clock is on a way that this page sent it on
  opened: [],
  shown: [],
  news: new Set(),
  columns: 1,
  rows: [],
};

const wide = matchMedia("(min-width: 1024px)");
export const isWide = () => wide.matches;
wide.addEventListener("change", () => fit());

/** How many chats stand side by side now. */
export const columns = () => (isWide() ? store.columns : 1);

function keep() {
  localStorage.setItem(KEPT, JSON.stringify({ opened: store.opened, shown: store.shown, columns: store.columns }));
}

export async function loadCouncil() {
  const said = await api.council();
  store.council = said.council;
  store.featured = said.featured.filter((one) => said.people.some((person) => person.id === one.id));
  store.people = new Map(said.people.map((person) => [person.id, person]));
  if (!store.opened.length) recall();
  tell("council");
}

function recall() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    // A value somebody else wrote: begin afresh.
  }
  const known = (ids) => (Array.isArray(ids) ? ids.filter((id) => store.people.has(id)) : []);
  store.opened = known(kept.opened);
  store.shown = known(kept.shown);
  store.columns = [1, 2, 3].includes(kept.columns) ? kept.columns : innerWidth >= 2000 ? 3 : innerWidth >= 1600 ? 2 : 1;
  fit();
}

function fit() {
  store.shown = store.shown.slice(-columns());
  if (!store.shown.length && store.opened.length) store.shown = [store.opened.at(-1)];
  keep();
  tell("shown");
}

/** Open somebody's chat: in place of the one shown longest, or `beside` the others. */
export function open(id, { beside = false } = {}) {
  if (!store.people.has(id)) return;
  if (beside && isWide()) store.columns = Math.min(3, Math.max(store.columns, store.shown.length + 1));
  if (!store.opened.includes(id)) store.opened = [...store.opened, id].slice(-MOST_OPENED);
  if (!store.shown.includes(id)) {
    const room = columns();
    store.shown = store.shown.length < room ? [...store.shown, id] : [...store.shown.slice(store.shown.length - room + 1), id];
  }
  store.news.delete(id);
  keep();
  tell("shown");
  tell("news");
}

export function close(id) {
  store.opened = store.opened.filter((one) => one !== id);
  store.shown = store.shown.filter((one) => one !== id);
  fit();
}

export function setColumns(count) {
  store.columns = count;
  for (const id of [...store.opened].reverse()) {
    if (store.shown.length < count && !store.shown.includes(id)) store.shown = [...store.shown, id];
  }
  fit();
}

let soon = 0;

/** Something arrived for somebody. While the clock is moved it does for hundreds, so the marks are drawn for all at once. */
export function arrived(id) {
  if (store.shown.includes(id) || store.news.has(id)) return;
  store.news.add(id);
  soon ||= setTimeout(() => {
    soon = 0;
    tell("news");
  }, 60);
}

/** On a narrow window: which part is seen. */
export function view(name) {
  document.body.dataset.view = name;
  tell("view", name);
}

export const nameOf = (id) => store.people.get(id)?.name ?? "Somebody";
export const postOf = (person) => person.posts[0]?.title ?? "No post";
