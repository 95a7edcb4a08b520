// One person: who they are, and the three places where the bot reaches them.
import { makeChat } from "./chat.js";
import { avatar, h, newId, tabRow } from "./dom.js";
import { makeLockScreen } from "./lock.js";
import { makeMailbox } from "./mailbox.js";
import { on, postOf, store } from "./store.js";

export function makePane(person, onClose) {
  const title = newId("pane");
  const state = h("span", {});
  const chat = makeChat(person);
  const lock = makeLockScreen(person);
  const mail = makeMailbox(person, (count) => tabs.label("mail", "Mailbox", count));
  const parts = { chat, lock, mail };
  const tabs = tabRow(`Where the bot reaches ${person.name}`, [
    { key: "chat", label: "Chat", panel: chat.element },
    { key: "lock", label: "Lock screen", panel: lock.element },
    { key: "mail", label: "Mailbox", panel: mail.element },
  ], (key) => parts[key].seen?.());
  const others = person.posts.slice(1).map((post) => post.title).join(", ");

  const element = h("section", { class: "pane", "aria-labelledby": title, "data-pane": person.id },
    h("header", { class: "who" },
      avatar(person.name),
      h("div", { class: "words" },
        h("h2", { id: title, tabindex: "-1" }, person.name),
        h("p", { class: "small soft", title: others ? `Also ${others}` : null }, postOf(person), state)),
      h("button", { type: "button", class: "icon", "aria-label": `Close ${person.name}`, title: "Close", onclick: onClose }, "✕")),
    tabs.element,
    chat.element, lock.element, mail.element,
  );

  function drawState() {
    const now = store.people.get(person.id) ?? person;
    const say = !now.installed ? "does not have the app" : now.blocked ? "has blocked the bot" : "";
    state.replaceChildren(...(say ? [" ", h("span", { class: "tag warn" }, say)] : []));
  }
  const stop = [on("council", drawState)];
  drawState();
  tabs.select("chat");

  return {
    element,
    leave() {
      stop.forEach((end) => end());
      Object.values(parts).forEach((part) => part.leave());
    },
  };
}
