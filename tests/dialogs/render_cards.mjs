// Renders cards with Microsoft's own `adaptivecards` in a DOM, and fails on anything it cannot parse or validate.
// Input: a JSON file of {name: card}. Output: one JSON line a card: name, problems, visible text, buttons.
//
//   node tests/dialogs/render_cards.mjs CARDS.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { argv, exit, stdout } from "node:process";

import { JSDOM } from "jsdom";
import MarkdownIt from "markdown-it";

const dom = new JSDOM("<!doctype html><body></body>");
globalThis.window = dom.window;
for (const name of Object.getOwnPropertyNames(dom.window))
  if (name === "document" || /^(HTML|Node$|Element$|.*Event$)/.test(name)) globalThis[name] = dom.window[name];

// The renderer writes innerText, which jsdom does not have.
Object.defineProperty(dom.window.HTMLElement.prototype, "innerText", {
  get() { return this.textContent; },
  set(text) { this.textContent = text; },
});

// Nothing here looks at styles, and parsing each of them anew takes two thirds of the time: what is set is kept as it is.
// What they do is seen in Chromium, in tests/pictures and tests/e2e.
class Style {
  setProperty(name, value) { this[name] = value; }
  removeProperty(name) { delete this[name]; }
  getPropertyValue(name) { return this[name] ?? ""; }
}
const styles = new WeakMap();
Object.defineProperty(dom.window.HTMLElement.prototype, "style", {
  get() {
    if (!styles.has(this)) styles.set(this, new Style());
    return styles.get(this);
  },
});

// The package's module files import without extensions, which Node refuses; its bundle works.
const { AdaptiveCard, HostConfig, SerializationContext, ValidationEvent, Version } = createRequire(import.meta.url)(
  "adaptivecards/dist/adaptivecards.js",
);

// As in Teams, text is Markdown; so a name that slipped into a TextBlock would show here as a link.
const markdown = new MarkdownIt({ breaks: true });
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

const hostConfig = new HostConfig(JSON.parse(readFileSync(new URL("host_config.json", import.meta.url), "utf8")));

function judge(name, json) {
  const problems = [];
  const context = new SerializationContext(new Version(1, 5));
  const card = new AdaptiveCard();
  card.hostConfig = hostConfig;
  card.parse(json, context);
  for (let i = 0; i < context.eventCount; i++) {
    const { message } = context.getEventAt(i);
    // Charts are Teams' own: this renderer takes their fallback, which is to leave them out beside their table.
    if (!message.startsWith('Unknown element type "Chart.')) problems.push(`parse: ${message}`);
  }
  for (const failure of card.validateProperties().validationEvents)
    problems.push(`validate: ${ValidationEvent[failure.event] ?? failure.event}: ${failure.message}`);
  const element = card.render();
  if (!element) return { name, problems: [...problems, "render: nothing came out"], text: "", buttons: [] };
  for (const input of card.getAllInputs()) {
    if (!input.label) problems.push(`input ${input.id}: no label`);
    if (!input.isValid()) problems.push(`input ${input.id}: not valid as it is first shown`);
  }
  // The one link in words is a chat with whoever can help.
  const links = [...element.querySelectorAll("a[href], img, script, iframe")].filter(
    (each) => !(each.getAttribute("href") ?? "").startsWith("https://teams.microsoft.com/l/chat/0/0?users="),
  );
  if (links.length) problems.push(`render: ${links.length} links or pictures in a card that has none`);
  const buttons = [...element.querySelectorAll("button")].map((button) => button.textContent.trim());
  return { name, problems, text: element.textContent, buttons };
}

const cards = JSON.parse(readFileSync(argv[2], "utf8"));
let failed = 0;
for (const [name, json] of Object.entries(cards)) {
  const found = judge(name, json);
  failed += found.problems.length > 0;
  stdout.write(`${JSON.stringify(found)}\n`);
}
exit(failed ? 1 : 0);
