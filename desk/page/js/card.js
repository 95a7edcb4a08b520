// One Adaptive Card, drawn by Microsoft's renderer: its buttons answer to `press`, its mistakes are spoken.
import { registerCharts } from "./chart.js";
import { announce, h } from "./dom.js";
import { hostConfig } from "./host_config.js";

const AC = window.AdaptiveCards;
const markdown = window.markdownit({ breaks: true, html: false });
let cardNumber = 0;

AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};
AC.GlobalSettings.setTabIndexAtCardRoot = false;

/** Choices as one named group: the renderer itself names only the first choice after the question. */
class Choices extends AC.ChoiceSetInput {
  updateInputControlAriaLabelledBy() {
    const group = this.renderedInputControlElement;
    if (!group?.classList.contains("ac-input") || group.tagName !== "DIV") {
      super.updateInputControlAriaLabelledBy();
      return;
    }
    group.setAttribute("role", this.isMultiSelect ? "group" : "radiogroup");
    group.setAttribute("aria-labelledby", this.getAllLabelIds().join(" "));
    group.querySelectorAll("input").forEach((input) => input.removeAttribute("aria-labelledby"));
  }
}

const elements = new AC.CardObjectRegistry();
AC.GlobalRegistry.populateWithDefaultElements(elements);
elements.register("Input.ChoiceSet", Choices);
registerCharts(AC, elements);

function parse(json) {
  const context = new AC.SerializationContext(new AC.Version(1, 6));
  context.setElementRegistry(elements);
  const card = new AC.AdaptiveCard();
  card.hostConfig = new AC.HostConfig(hostConfig);
  card.parse(json, context);
  return card;
}

/** The values of the inputs a button sends, by id, as Teams sends them: text, and only what is set. */
function inputsOf(action) {
  const found = {};
  for (const input of Object.values(action.getReferencedInputs() ?? {})) {
    if (input.id && input.isSet()) found[input.id] = typeof input.value === "string" ? input.value : String(input.value);
  }
  return found;
}

/** Put right what the renderer leaves open when several cards stand on one page. */
function tidy(root, card) {
  const number = ++cardNumber;
  root.querySelectorAll('input[type="radio"]').forEach((radio) => { radio.name = `card${number}-${radio.name}`; });
  root.querySelectorAll("button").forEach((button) => { button.type = "button"; button.removeAttribute("title"); });
  root.querySelectorAll("table").forEach((table) => table.removeAttribute("aria-rowcount"));
  for (const input of card.getAllInputs()) {
    const control = input.renderedInputControlElement;
    if (!control) continue;
    control.dataset.input = input.id;
    if (control.matches("textarea")) control.rows = 4;
  }
}

/** What the bot says is wrong with an answer belongs to its box: read with it, and the box is marked. */
function tieMistakes(root, card) {
  for (const input of card.getAllInputs()) {
    const said = input.id && root.querySelector(`[id="${CSS.escape(`${input.id}-problem`)}"]`);
    const control = input.renderedInputControlElement;
    if (!said || !control) continue;
    said.id = `card${cardNumber}-${said.id}`;
    control.setAttribute("aria-describedby", [control.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));
    control.setAttribute("aria-invalid", "true");
  }
}

/** Say which answers the card still wants, the first time a press finds them wanting. */
function speakMistakes(card) {
  const wrong = card.getAllInputs().filter((input) => input.isVisible && !input.isValid());
  for (const input of card.getAllInputs()) {
    const control = input.renderedInputControlElement;
    control?.setAttribute("aria-invalid", String(!input.isValid()));
  }
  if (wrong.length) announce(`${wrong.length === 1 ? "One answer needs" : `${wrong.length} answers need`} a look: ${wrong.map((input) => input.label).join("; ")}`, "assertive");
}

const within = (element) => [...(element.body ?? []), ...(element.items ?? []), ...(element.columns ?? [])];
const textsOf = (element) => [element.text ?? (element.inlines ?? []).map((run) => run.text).join(""), ...within(element).flatMap(textsOf)].filter(Boolean);
const textIn = (element) => (element.style === "attention" ? textsOf(element) : element.color === "attention" && element.text ? [element.text] : within(element).flatMap(textIn));

/** Say what a form that came back complains about: the bot writes it in the colour of attention, above its questions. */
export function speakRefusal(json) {
  const said = [...new Set(textIn(json))];
  if (said.length && JSON.stringify(json).includes('"Input.')) announce(said.join(" ").replace(/\*\*/g, ""), "assertive");
}

/**
 * An element with the card in it. `press(action, inputs)` answers a promise of `{bad, text}` to show under the card,
 * or of nothing; what it throws is shown too, and what was typed stays.
 */
export function makeCard(json, { name, press }) {
  const root = h("article", { class: "card", tabindex: "-1", "aria-label": name });
  const below = h("div", { class: "below" });
  let card;
  try {
    card = parse(json);
  } catch (error) {
    root.append(h("p", { class: "failure" }, h("strong", {}, "This card cannot be drawn."), ` ${error.message}`));
    return root;
  }

  function show(said) {
    below.replaceChildren();
    if (!said) return;
    below.append(h("p", { class: said.bad ? "failure" : "note" }, said.text));
    announce(said.text, said.bad ? "assertive" : "polite");
  }

  async function run(action) {
    if (root.dataset.busy) return;
    root.dataset.busy = "true";
    root.setAttribute("aria-busy", "true");
    show(null);
    const slow = setTimeout(() => below.replaceChildren(h("p", { class: "note soft" }, "Sending…")), 400);
    try {
      const sent = { type: action.getJsonTypeName(), verb: action.verb, id: action.id, data: json ? originalData(action) : {} };
      const said = await press(sent, inputsOf(action));
      clearTimeout(slow);
      show(said);
    } catch (error) {
      clearTimeout(slow);
      show({ bad: true, text: `${error.message} ${error.todo ?? ""} Your answers are still here.`.replace(/\s+/g, " ") });
    } finally {
      delete root.dataset.busy;
      root.removeAttribute("aria-busy");
    }
  }

  card.onExecuteAction = (action) => {
    if (action instanceof AC.OpenUrlAction) window.open(action.url, "_blank", "noopener,noreferrer");
    else if (!(action instanceof AC.ShowCardAction || action instanceof AC.ToggleVisibilityAction)) run(action);
  };
  const drawn = card.render();
  if (drawn) {
    tidy(drawn, card);
    tieMistakes(drawn, card);
    drawn.addEventListener("click", (event) => {
      if (event.target.closest(".ac-pushButton")) setTimeout(() => speakMistakes(card));
    });
    root.append(drawn);
  }
  root.append(below);
  return root;
}

/** What the card's author put on the button, without the inputs the renderer mixes in. */
function originalData(action) {
  const whole = action.toJSON?.();
  return whole?.data ?? {};
}
