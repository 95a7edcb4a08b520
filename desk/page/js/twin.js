// A card as plain text: what it says, what it asks with its choices, and its buttons, from top to bottom.

const plain = (text) => String(text ?? "").replace(/\*\*|__/g, "").replace(/\\([\\`*_[\]()#<>!-])/g, "$1");

function linesOf(element) {
  const inside = [...(element.items ?? []), ...(element.columns ?? []), ...(element.body ?? []), ...(element.rows ?? []), ...(element.cells ?? [])].flatMap(linesOf);
  switch (element.type) {
    case "TextBlock":
      return [plain(element.text)];
    case "RichTextBlock":
      return [(element.inlines ?? []).map((run) => (typeof run === "string" ? run : run.text ?? "")).join("")];
    case "FactSet":
      return (element.facts ?? []).map((fact) => `${fact.title}: ${fact.value}`);
    case "Input.ChoiceSet":
      return [`${element.label ?? ""}`, ...(element.choices ?? []).map((choice, at) => `  ${at + 1}. ${choice.title}${String(element.value ?? "").split(",").includes(choice.value) ? " (chosen)" : ""}`)];
    case "ActionSet":
      return buttons(element.actions);
    default:
      if (String(element.type).startsWith("Input.")) return [`${element.label ?? element.title ?? ""}${element.value ? `: ${element.value}` : ": ____"}`];
      return inside;
  }
}

const buttons = (actions) => (actions?.length ? [`Buttons: ${actions.map((action) => action.title).join(" | ")}`] : []);

/** The whole card, a line for each thing. */
export const textOf = (card) => [...(card.body ?? []).flatMap(linesOf), ...buttons(card.actions)].filter((line) => line.trim()).join("\n");
