// Real modal windows: the bot's dialogs, and small questions of the desk's own.
import { api } from "./api.js";
import { makeCard, speakRefusal } from "./card.js";
import { $, announce, h, newId } from "./dom.js";
import { tell } from "./store.js";

const SIZES = new Set(["small", "medium", "large"]);

/** Show a modal window; focus goes in, and comes back when it closes. */
export function showWindow(title, body, { size = "medium", onClose } = {}) {
  const before = document.activeElement;
  const id = newId("window");
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const box = h("dialog", { "aria-labelledby": id, class: SIZES.has(size) ? size : "medium" },
    h("div", { class: "head" }, heading, h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => box.close() }, "✕")),
    h("div", { class: "body" }, body),
  );
  box.addEventListener("close", () => {
    box.remove();
    // What opened it may have been drawn anew meanwhile; the focus is never left on nothing.
    (before?.isConnected ? before : $("#chats")).focus();
    onClose?.();
  });
  document.body.append(box);
  box.showModal();
  const first = $("input, select, textarea, .body button", box);
  (first ?? heading).focus();
  return { box, body: $(".body", box), heading, close: () => box.close() };
}

/** A window of the bot's: fetched with `data`, or begun with what the bot already `said`. */
export async function openDialog(person, data, said = null) {
  const first = said ?? await api.openDialog(person.id, data);
  if (first.kind === "closed" || first.kind === "none") return;
  if (first.kind === "error") throw new Error(first.text ?? "The bot could not open that window.");
  const size = typeof first.width === "string" ? first.width : Number(first.width) > 600 ? "large" : "medium";
  const shown = showWindow(first.title || "Bot", [], { size, onClose: () => tell(`chat:${person.id}`) });

  function draw(answer) {
    shown.heading.textContent = answer.title || shown.heading.textContent;
    if (answer.kind === "message") {
      const close = h("button", { type: "button", class: "main", onclick: shown.close }, "Close");
      shown.body.replaceChildren(h("p", { class: "said" }, answer.text), h("p", { class: "row end" }, close));
      close.focus();
      announce(answer.text);
      return;
    }
    const card = makeCard(answer.card, { name: answer.title || "Form", press: submit });
    shown.body.replaceChildren(card);
    shown.body.scrollTop = 0;
    ($("input, select, textarea", card) ?? card).focus({ preventScroll: true });
    announce(shown.heading.textContent);
    speakRefusal(answer.card);
  }

  async function submit(action, inputs) {
    const answer = await api.submitDialog(person.id, { ...action.data, ...inputs });
    if (answer.kind === "closed") shown.close();
    else if (answer.kind === "error") return { bad: true, text: answer.text ?? "The bot could not take that. Your answers are still here." };
    else draw(answer);
    return null;
  }
  draw(first);
}
