// This person's mailbox: letters received and sent, each as the sender designed it or as plain text, and a reply.
import { api } from "./api.js";
import { announce, h, newId, sayMoment, tabRow } from "./dom.js";
import { letterFrame } from "./letter.js";
import { on } from "./store.js";

export function makeMailbox(person, tellCount) {
  const element = h("div", { class: "mail", tabindex: "0" });
  const read = new Set();
  let letters = [];
  let opened = null;

  const received = () => letters.filter((letter) => letter.direction === "in");
  const count = () => tellCount(received().filter((letter) => !read.has(letter.id)).length);

  function drawList(focusOn = null) {
    opened = null;
    const newest = [...letters].sort((a, b) => b.at.localeCompare(a.at));
    const rows = newest.map((letter) => h("li", {}, h("button", {
      type: "button", "data-letter": letter.id, class: letter.direction === "in" && !read.has(letter.id) ? "unread" : null, onclick: () => drawLetter(letter),
    },
    h("span", { class: "subject" }, letter.subject || "(no subject)"),
    h("span", { class: "small soft" }, letter.direction === "in" ? `From ${letter.from}` : `Sent to ${letter.to}`, ", ", h("time", { datetime: letter.at }, sayMoment(letter.at))))));
    element.replaceChildren(
      rows.length ? h("ol", { class: "letters", "aria-label": `Letters of ${person.name}` }, rows)
        : h("p", { class: "empty" }, `No letters for ${person.name} yet. The bot writes when Teams cannot reach somebody, and to those who prefer email.`),
    );
    if (focusOn) element.querySelector(`[data-letter="${CSS.escape(focusOn)}"]`)?.focus();
  }

  function drawLetter(letter) {
    opened = letter;
    read.add(letter.id);
    count();
    const title = h("h3", { tabindex: "-1" }, letter.subject || "(no subject)");
    const asSent = h("div", { class: "sheet" }, letter.html ? letterFrame(letter.html, letter.subject) : h("pre", {}, letter.text));
    const plain = h("div", {}, h("pre", { tabindex: "0" }, letter.text));
    const tabs = tabRow("How to read the letter", [
      { key: "letter", label: "Letter", panel: asSent }, { key: "text", label: "Plain text", panel: plain },
    ]);
    tabs.select(letter.html ? "letter" : "text");
    element.replaceChildren(h("div", { class: "letter" },
      h("button", { type: "button", class: "quiet", onclick: () => drawList(letter.id) }, "← All letters"),
      title,
      h("p", { class: "small soft" }, `From ${letter.from} to ${letter.to}, ${sayMoment(letter.at)}`),
      attachments(letter),
      letter.html ? tabs.element : null,
      asSent, plain,
      letter.direction === "in" ? reply(letter) : null,
    ));
    element.scrollTop = 0;
    title.focus();
  }

  function attachments(letter) {
    if (!letter.attachments?.length) return null;
    return h("ul", { class: "attached", "aria-label": "Attached" }, letter.attachments.map((file) => h("li", {},
      file.text ? h("details", {}, h("summary", {}, file.name), h("pre", {}, file.text)) : h("span", { class: "tag" }, file.name))));
  }

  function reply(letter) {
    const id = newId("reply");
    const field = h("textarea", { id, rows: "5", required: true });
    const said = h("p", { class: "small", hidden: true });
    const send = h("button", { type: "submit", class: "main" }, "Send the reply");
    const form = h("form", { class: "reply" }, h("label", { for: id }, `Reply as ${person.name}`), field, h("p", { class: "row" }, send), said);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        const subject = /^re:/i.test(letter.subject) ? letter.subject : `Re: ${letter.subject}`;
        await api.writeMail(person.id, { in_reply_to: letter.id, subject, text: field.value });
        field.value = "";
        said.className = "small note";
        said.textContent = "Sent. The bot's answer will come as a new letter.";
        announce(said.textContent);
        await load();
      } catch (error) {
        said.className = "failure";
        said.textContent = `${error.message} ${error.todo ?? ""} Your reply is still here.`;
        announce(said.textContent, "assertive");
      }
      said.hidden = false;
      send.disabled = false;
    });
    return form;
  }

  async function load() {
    try {
      letters = await api.mail(person.id);
      count();
      if (!opened) drawList();
    } catch (error) {
      element.replaceChildren(h("p", { class: "failure" }, h("strong", {}, error.message), " ", error.todo ?? ""));
    }
  }
  const stop = [on(`mail:${person.id}`, load)];
  load();
  return { element, leave: () => stop.forEach((end) => end()) };
}
