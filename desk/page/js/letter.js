// A letter as its sender designed it, in a frame where nothing can run, nothing loads and no form can be sent.
import { h } from "./dom.js";

const NOT_LETTERS = "script, iframe, object, embed, form, base, meta, link, frame, frameset";

/**
 * The frame of a letter. The page's content rules forbid inline styles, and a frame inherits them; so the styles are
 * renamed before and put on through the style object, which the rules allow.
 */
export function letterFrame(html, title) {
  const tame = html.replace(/<(\/?)style\b/gi, "<$1letter-style").replace(/(<[^>]*?\s)style(?=\s*=)/gi, "$1data-styled");
  const letter = new DOMParser().parseFromString(tame, "text/html");
  letter.querySelectorAll(NOT_LETTERS).forEach((element) => element.remove());
  const sheets = [...letter.querySelectorAll("letter-style")].map((style) => style.textContent);
  letter.querySelectorAll("letter-style").forEach((style) => style.remove());
  for (const element of letter.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) {
      if (/^on/i.test(attribute.name) || /^\s*javascript:/i.test(attribute.value)) element.removeAttribute(attribute.name);
    }
    if (element.matches("img:not([src^='data:'])")) element.removeAttribute("src");
    if (element.matches("a")) element.setAttribute("target", "_blank");
  }
  const frame = h("iframe", { class: "sheet-frame", title: title || "Letter", sandbox: "allow-same-origin allow-popups", referrerpolicy: "no-referrer" });
  frame.srcdoc = `<!doctype html>${letter.documentElement.outerHTML}`;
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument;
    if (!inside?.body) return;
    const sheet = new frame.contentWindow.CSSStyleSheet();
    sheet.replaceSync(`html { color-scheme: light; background: #fff; } body { margin: 12px; overflow-wrap: anywhere; } ${sheets.join("\n")}`);
    inside.adoptedStyleSheets = [sheet];
    inside.querySelectorAll("[data-styled]").forEach((element) => { element.style.cssText = element.dataset.styled; });
    const fit = () => { frame.style.height = `${inside.documentElement.scrollHeight + 4}px`; };
    fit();
    new frame.contentWindow.ResizeObserver(fit).observe(inside.body);
  });
  return frame;
}
