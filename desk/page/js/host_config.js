// How Microsoft's renderer is told to look: Teams-like, in the page's own colours, light and dark alike.

const text = (normal) => ({ default: normal, subtle: "var(--soft)" });
const colours = {
  default: text("var(--ink)"),
  dark: text("var(--ink)"),
  light: text("var(--soft)"),
  accent: text("var(--accent)"),
  good: text("var(--good)"),
  warning: text("var(--warn)"),
  attention: text("var(--bad)"),
};
const container = (background) => ({ backgroundColor: background, foregroundColors: colours, borderColor: background });

export const hostConfig = {
  fontFamily: "var(--font)",
  supportsInteractivity: true,
  spacing: { small: 6, default: 10, medium: 14, large: 18, extraLarge: 24, padding: 14 },
  separator: { lineThickness: 1, lineColor: "var(--line)" },
  fontSizes: { small: 13, default: 15, medium: 16, large: 18, extraLarge: 22 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 18, default: 21, medium: 22, large: 24, extraLarge: 28 },
  textStyles: { heading: { size: "medium", weight: "bolder" } },
  textBlock: { headingLevel: 3 },
  containerStyles: {
    default: container("transparent"),
    emphasis: container("var(--raised)"),
    accent: container("var(--accent-wash)"),
    good: container("var(--good-wash)"),
    warning: container("var(--warn-wash)"),
    attention: container("var(--bad-wash)"),
  },
  actions: { maxActions: 6, spacing: "medium", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", showCard: { actionMode: "inline", inlineTopMargin: 12 } },
  inputs: {
    label: {
      inputSpacing: "small",
      requiredInputs: { weight: "bolder", suffix: " *", suffixColor: "attention" },
      optionalInputs: { weight: "bolder" },
    },
    errorMessage: { weight: "bolder", size: "small", color: "attention", spacing: "small" },
  },
};
