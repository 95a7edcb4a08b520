// Whom to be: a search over the whole council, the people worth starting with, and those who have news.
import { $, announce, avatar, h, newId } from "./dom.js";
import { isWide, on, open, postOf, store, view } from "./store.js";

const MOST_FOUND = 40;
const MOST_NEWS = 6;

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

function haystack(person) {
  const posts = person.posts.map((post) => [post.title, post.role_title, post.function, post.team].join(" "));
  return fold([person.name, ...posts].join(" "));
}

function pick(id, beside = false) {
  open(id, { beside });
  if (!isWide()) view("chat");
  document.querySelector(`[data-pane="${CSS.escape(id)}"] .who h2`)?.focus();
  announce(`${store.people.get(id).name} is open.`);
}

function entry(person, why) {
  const shown = store.shown.includes(person.id);
  const words = h("span", { class: "words" },
    h("span", { class: "name" }, person.name),
    h("span", { class: "post" }, postOf(person)),
    why ? h("span", { class: "why" }, why) : null,
  );
  const news = store.news.has(person.id) ? [h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "unseen" }, "new messages")] : [];
  return h("li", { class: "person" },
    h("button", { type: "button", "aria-current": String(shown), "data-person": person.id, onclick: () => pick(person.id) },
      avatar(person.name), words, news),
    isWide() && store.shown.length && !shown && store.shown.length < 3
      ? h("button", { type: "button", class: "icon beside", title: `Open ${person.name} beside`, "aria-label": `Open ${person.name} beside`, onclick: () => pick(person.id, true) }, "+")
      : null,
  );
}

function section(title, entries) {
  if (!entries.length) return [];
  const id = newId("group");
  return [h("h3", { id }, title), h("ul", { "aria-labelledby": id }, entries)];
}

export function startPeople() {
  const box = $("#people");
  const field = h("input", { type: "search", id: "people-search", placeholder: "Name, role or service", autocomplete: "off", spellcheck: "false" });
  const lists = h("div", { class: "lists" });
  box.append(
    h("div", { class: "search" }, h("label", { class: "unseen", for: "people-search" }, "Search the council"), field),
    lists,
  );

  function draw() {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    const everyone = [...store.people.values()];
    const focused = document.activeElement?.closest?.(".person")?.querySelector("[data-person]")?.dataset.person;
    if (words.length) {
      const found = everyone.filter((person) => words.every((word) => haystack(person).includes(word)));
      const left = found.length - MOST_FOUND;
      lists.replaceChildren(
        ...section(`Found ${found.length}`, found.slice(0, MOST_FOUND).map((person) => entry(person))),
        ...(found.length ? [] : [h("h3", {}, "Nobody found"), h("p", { class: "empty small" }, "Try a first name, a role such as “head of service”, or a service such as “MASH”.")]),
        ...(left > 0 ? [h("p", { class: "empty small" }, `${left} more: add a word to narrow it down.`)] : []),
      );
    } else {
      const first = new Set(store.featured.map((one) => one.id));
      const news = everyone.filter((person) => store.news.has(person.id) && !first.has(person.id));
      const featured = store.featured.map((one) => [store.people.get(one.id), one.why]);
      const known = new Set([...news, ...featured.map(([person]) => person)].map((person) => person.id));
      const rest = everyone.filter((person) => store.opened.includes(person.id) && !known.has(person.id));
      lists.replaceChildren(
        ...section("Good to begin with", featured.map(([person, why]) => entry(person, why))),
        ...section("New messages", news.slice(0, MOST_NEWS).map((person) => entry(person))),
        ...(news.length > MOST_NEWS ? [h("p", { class: "more small soft" }, `and ${news.length - MOST_NEWS} others`)] : []),
        ...section("Opened", rest.map((person) => entry(person))),
        h("p", { class: "empty small" }, `${everyone.length} people work here. Search to be any of them.`),
      );
    }
    if (focused) lists.querySelector(`[data-person="${CSS.escape(focused)}"]`)?.focus();
  }

  let speaking;
  field.addEventListener("input", () => {
    draw();
    clearTimeout(speaking);
    speaking = setTimeout(() => announce(lists.querySelector("h3")?.textContent ?? ""), 700);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") lists.querySelector("[data-person]")?.click();
    if (event.key === "ArrowDown") lists.querySelector("[data-person]")?.focus();
  });
  lists.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...lists.querySelectorAll("[data-person]")];
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    (all[at + step] ?? (at + step < 0 ? field : all[at])).focus();
  });
  on("shown", () => {
    field.value = "";
    draw();
  });
  on("news", draw);
  on("council", draw);
  draw();
}
