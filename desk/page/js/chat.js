// One person's chat with the bot: messages, cards, the typing sign and the box to write in.
import { api } from "./api.js";
import { makeCard, speakRefusal } from "./card.js";
import { announce, h, isoDay, newId, sayDay, sayTime } from "./dom.js";
import { openDialog } from "./dialog.js";
import { on, tell } from "./store.js";
import { textOf } from "./twin.js";

/** Whether a press asks for a window instead of an answer. */
const asksForWindow = (action) => action.data?.msteams?.type === "task/fetch";

/** A card that changes while somebody writes in it keeps what they wrote, where it still asks for it. */
function keepTyped(before, fresh) {
  if (before.querySelector('[role="heading"]')?.textContent !== fresh.querySelector('[role="heading"]')?.textContent) return;
  for (const old of before.querySelectorAll("textarea[data-input], input[data-input]")) {
    const now = fresh.querySelector(`[data-input="${CSS.escape(old.dataset.input)}"]`);
    if (!now || !old.value || now.value || now.type !== old.type) continue;
    now.value = old.value;
    now.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function makeChat(person) {
  const list = h("ol", { class: "messages", "aria-label": `Messages with ${person.name}` });
  const typing = h("p", { class: "typing", hidden: true }, h("span", {}), h("span", {}), h("span", {}), h("span", { class: "unseen" }, "The bot is typing"));
  const scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": `Chat with ${person.name}` }, list, typing);
  const problem = h("div", { class: "failure", hidden: true });
  const composer = makeComposer(person, say);
  const element = h("div", { class: "chat" }, scroller, problem, composer);

  const drawn = new Map(); // message id -> {seen, row, card, setCard}
  let loaded = false;
  let landed = false;
  let asked = false; // whether the next message answers what was just typed here
  let loading = null;

  function showProblem(error) {
    problem.hidden = !error;
    if (!error) return;
    problem.replaceChildren(h("strong", {}, error.message), " ", error.todo ?? "");
    announce(`${error.message} ${error.todo ?? ""}`, "assertive");
  }

  async function say(text) {
    showProblem(null);
    const mine = h("li", { class: "message me waiting" }, h("div", { class: "bubble" }, text));
    list.append(mine);
    scroller.scrollTop = scroller.scrollHeight;
    asked = true;
    try {
      await api.say(person.id, text);
      await load();
      return true;
    } catch (error) {
      showProblem(error);
      return false;
    } finally {
      mine.remove();
    }
  }

  /** What happens when a button of a card is pressed; gives words to show under the card, or nothing. */
  async function press(message, action, inputs, entry) {
    if (asksForWindow(action)) {
      await openDialog(person, { ...action.data, ...inputs });
      return null;
    }
    const said = await api.press(person.id, message.id, action, inputs);
    tell("timeline");
    if (said.kind === "card") {
      entry.setCard(said.card);
      speakRefusal(said.card);
      await load();
    } else if (said.kind === "dialog") {
      await openDialog(person, {}, said);
    } else if (said.kind === "error") {
      return { bad: true, text: said.text ?? "The bot could not do that. Nothing was changed; your answers are still here." };
    } else if (said.kind === "message" && said.text) {
      return { bad: false, text: said.text };
    } else {
      await load();
    }
    return null;
  }

  async function answerFile(message, allow) {
    showProblem(null);
    try {
      await api.answerFile(person.id, message.id, allow);
      announce(allow ? "The file is being put into OneDrive." : "The file was declined.");
      tell("timeline");
    } catch (error) {
      showProblem(error);
    }
  }

  function makeRow(message) {
    const row = h("li", { class: `message ${message.from}`, "data-message": message.id });
    const entry = { row };
    const meta = h("p", { class: "meta" }, message.from === "me" ? "You" : "Bot", " ", h("time", { datetime: message.at }, sayTime(message.at)), message.edited ? h("span", { class: "tag" }, "updated") : null);
    if (message.file) {
      row.append(meta, makeFile(message.file, (allow) => answerFile(message, allow)));
    } else if (message.card) {
      entry.setCard = (json, unasked = false) => {
        const fresh = makeCard(json, {
          name: json.speak || message.summary || "Card",
          press: (action, inputs) => press(message, action, inputs, entry),
        });
        const before = entry.card;
        if (before && unasked) keepTyped(before, fresh);
        const pressed = before?.contains(document.activeElement) || before?.dataset.busy;
        // Whoever presses from elsewhere, as from the tour, keeps the focus there and sees the card from its top.
        const takesFocus = before?.contains(document.activeElement) || document.activeElement === document.body;
        entry.card = fresh;
        entry.shown = json;
        if (before) before.replaceWith(fresh);
        if (pressed) {
          if (takesFocus) fresh.focus({ preventScroll: true });
          fresh.scrollIntoView({ block: "start" });
          announce(fresh.querySelector('[role="heading"]')?.textContent ?? "The card has changed.");
        }
      };
      entry.setCard(message.card);
      const words = h("pre", {});
      const twin = h("details", { class: "twin", ontoggle: () => { words.textContent = message.text || textOf(entry.shown); } }, h("summary", {}, "Read as text"), words);
      row.append(meta, entry.card, twin);
    } else {
      row.append(meta, h("div", { class: "bubble" }, message.text));
    }
    return entry;
  }

  const rows = () => [...list.querySelectorAll(":scope > .message")];
  const atFoot = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24;
  /** Show a message from where it begins: that is where one begins to read. */
  const showFrom = (row) => { if (row) scroller.scrollTop = row.offsetTop - 8; };

  /** Whoever comes to a chat comes to what they were asked last and have not answered; else to the newest message. */
  function land() {
    if (landed || !loaded || !scroller.clientHeight) return;
    landed = true;
    const open = rows().filter((row) => row.querySelector(".card .style-positive, .card .primary, .card [data-input]"));
    showFrom(open.at(-1) ?? rows().at(-1));
  }
  // A chat that is drawn while another part of a narrow window is seen has no height yet.
  new ResizeObserver(land).observe(scroller);

  /** What stands at the top of the view, to be put back there when what is above it grows, shrinks or goes. */
  function holdPlace() {
    const seen = rows().filter((row) => row.offsetTop + row.offsetHeight > scroller.scrollTop);
    const before = seen.map((row) => row.offsetTop);
    const top = scroller.scrollTop;
    return () => {
      const at = seen.findIndex((row) => row.isConnected);
      if (at >= 0) scroller.scrollTop = top + seen[at].offsetTop - before[at];
    };
  }

  function place(messages) {
    let day = "";
    const wanted = [];
    for (const message of messages) {
      if (isoDay(message.at) !== day) {
        day = isoDay(message.at);
        const key = `day ${day}`;
        if (!drawn.has(key)) drawn.set(key, { row: h("li", { class: "day" }, h("h3", {}, sayDay(message.at))) });
        wanted.push([key, null]);
      }
      wanted.push([message.id, message]);
    }
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, entry] of drawn) {
      if (!keys.has(key)) {
        entry.row.remove();
        drawn.delete(key);
      }
    }
    const fresh = [];
    wanted.forEach(([key, message], at) => {
      const json = message ? JSON.stringify([message.card, message.card ? null : message.text, message.edited, message.file]) : "";
      let entry = drawn.get(key);
      if (message && (!entry || entry.seen !== json)) {
        const changed = entry?.setCard && message.card;
        if (changed) {
          // The answer to a press stands here already; anything else came by itself.
          if (JSON.stringify(entry.shown) !== JSON.stringify(message.card)) entry.setCard(message.card, true);
        } else {
          const made = makeRow(message);
          entry?.row.replaceWith(made.row);
          if (!entry) fresh.push(message);
          entry = made;
          drawn.set(key, entry);
        }
        entry.seen = json;
      }
      if (list.children[at] !== entry.row) list.insertBefore(entry.row, list.children[at] ?? null);
    });
    return fresh;
  }

  async function load() {
    loading ??= (async () => {
      try {
        const said = await api.chat(person.id);
        const follows = atFoot() && (landed || !loaded);
        const putBack = holdPlace();
        const fresh = place(said.messages);
        typing.hidden = !said.typing;
        if (!said.messages.length && !loaded) list.replaceChildren(h("li", { class: "empty" }, `${person.name} has not heard from the bot yet. Type “list” to ask what is waiting.`));
        else list.querySelector(":scope > .empty")?.remove();
        for (const message of fresh) if (loaded && message.from === "bot") tell("chat-news", { id: person.id, summary: message.summary || message.text });
        const writing = list.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
        const news = fresh.find((message) => message.from === "bot");
        const first = !loaded;
        loaded = true;
        if (first) requestAnimationFrame(land);
        else if ((asked || follows) && !writing && news) showFrom(drawn.get(news.id).row);
        else if ((asked || follows) && !writing && (fresh.length || said.typing)) scroller.scrollTop = scroller.scrollHeight;
        else if (!list.contains(document.activeElement)) putBack();
        if (news) asked = false;
      } finally {
        loading = null;
      }
    })();
    return loading;
  }

  async function reload() {
    try {
      if (loading) await loading;
      await load();
    } catch (error) {
      showProblem(error);
    }
  }
  const stop = [on(`chat:${person.id}`, reload), on(`typing:${person.id}`, reload)];
  reload();

  return { element, leave: () => stop.forEach((end) => end()), seen: () => requestAnimationFrame(land) };
}

/** A file as Teams shows it: one that is offered, with its two buttons, or one that lies in OneDrive, to be opened. */
function makeFile(file, answer) {
  const name = h("p", { class: "file-name" }, file.name);
  if (!file.asks) {
    return h("article", { class: "card file", "aria-label": file.name }, name, h("p", { class: "note soft" }, "In OneDrive"), h("a", { href: file.url, download: file.name }, "Open"));
  }
  const buttons = [["Allow", true], ["Decline", false]].map(([words, allow]) =>
    h("button", { type: "button", class: allow ? "main" : "", onclick: async () => {
      buttons.forEach((button) => { button.disabled = true; });
      await answer(allow);
      buttons.forEach((button) => { button.disabled = false; });
    } }, words));
  const size = `${Math.max(1, Math.round(file.size / 1024))} KB`;
  return h("article", { class: "card file", "aria-label": `File offered: ${file.name}` }, name, h("p", {}, `${file.description} (${size})`), h("p", { class: "note soft" }, "Teams asks: may this file be put into your OneDrive?"), h("p", { class: "file-buttons" }, ...buttons));
}

function makeComposer(person, say) {
  const id = newId("say");
  const field = h("textarea", { id, rows: "1", placeholder: "Message, such as list", autocomplete: "off" });
  const send = h("button", { type: "submit", class: "main" }, "Send");
  const form = h("form", { class: "composer" }, h("label", { class: "unseen", for: id }, `Message as ${person.name}. Enter sends, Shift and Enter makes a new line.`), field, send);
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  };
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim() || send.disabled) return;
    send.disabled = true;
    field.value = "";
    grow();
    if (!(await say(text)) && !field.value) field.value = text;
    grow();
    send.disabled = false;
    field.focus();
  });
  return form;
}
