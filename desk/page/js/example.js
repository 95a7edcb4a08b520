// "Fill with an example": types plausible answers into the real inputs of the card on the screen, and presses nothing.
import { isoDay } from "./dom.js";
import { store } from "./store.js";

const REASONS = {
  inadequate: "Visits were missed for six weeks and the plan had no dates, so nobody could say whether things were better.",
  good: "Visits were on time, the plan has dates and names, and the child says what is better.",
};

/** What to answer, by words of the question; the first that fits. A choice is picked by words of its own. */
const ANSWERS = (grade) => [
  [/^add (another|a third)/i, /^no/i],
  [/who was there/i, /^(practitioner|team manager)$/i],
  [/whole service/i, /^no/i],
  [/immediate risk|safety matter/i, /^no\b/i],
  [/why (this|the) (overall )?grade|sure/i, REASONS[grade]],
  [/practice grade|overall .*grade|impact/i, new RegExp(`^${grade}`, "i")],
  [/what worked well/i, "The worker knew the family well and wrote down what the child said."],
  [/even better|learning/i, "Plans need dates and names, and supervision should ask what has changed for the child."],
  [/what will be done|action/i, "Write the plan again with dates and names, and look at it together in supervision."],
  [/evidence|how .* know/i, "The new plan, and the note of supervision on 4 January."],
  [/who (will|does)|owner/i, /\(you\)/i],
  [/embedded|learned|changed/i, /^(yes|embedded)/i],
  [/decision|authoris/i, /^authoris/i],
];
const OTHERWISE = "Talked through together, agreed and written down on the day.";

const labelOf = (control) => (control.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
const answerTo = (question, grade) => ANSWERS(grade).find(([asked]) => asked.test(question))?.[1];

function type(control, value) {
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function clamp(day, control) {
  if (control.max && day > control.max) return control.max;
  return control.min && day < control.min ? control.min : day;
}

function choose(group, answer, otherwise) {
  const boxes = [...group.querySelectorAll("input")];
  const named = (box) => box.getAttribute("aria-label") ?? "";
  if (answer instanceof RegExp && group.matches("[role=group]")) {
    const wanted = boxes.filter((box) => answer.test(named(box)));
    wanted.filter((box) => !box.checked).forEach((box) => box.click());
    if (wanted.length) return;
  }
  if (boxes.some((box) => box.checked) && !(answer instanceof RegExp)) return;
  const wanted = (answer instanceof RegExp && boxes.find((box) => answer.test(named(box)))) || boxes.find((box) => otherwise.test(named(box))) || boxes[0];
  if (wanted && !wanted.checked) wanted.click();
}

function pick(select, answer, otherwise) {
  if (select.value && !(answer instanceof RegExp)) return;
  const options = [...select.options].filter((option) => option.value && !option.disabled);
  const wanted = (answer instanceof RegExp && options.find((option) => answer.test(option.text))) || options.find((option) => otherwise.test(option.text)) || options[0];
  if (wanted) type(select, wanted.value);
}

const tickOf = (control) => (control.matches("input[type=checkbox]") ? control : control.querySelector("input[type=checkbox]"));

/** Fill every input of a card that is empty, as somebody would who grades the work so. Gives how many there were. */
export function fillExample(card, grade = "inadequate") {
  const otherwise = new RegExp(`^(yes|${grade})`, "i");
  const controls = [...card.querySelectorAll("[data-input]")].filter((control) => control.offsetParent);
  for (const control of controls) {
    const answer = answerTo(labelOf(control), grade);
    if (control.matches("[role=radiogroup], [role=group]")) choose(control, answer, otherwise);
    else if (control.matches("select")) pick(control, answer, otherwise);
    else if (tickOf(control)) {
      if (/confirm/i.test(labelOf(control) || control.textContent) && !tickOf(control).checked) tickOf(control).click();
    }
    else if (control.value) continue;
    else if (control.type === "date") type(control, clamp(isoDay(store.now), control));
    else if (control.type === "time") type(control, "14:00");
    else if (control.type === "number") type(control, control.min || "1");
    else type(control, typeof answer === "string" ? answer : OTHERWISE);
  }
  return controls.length;
}
