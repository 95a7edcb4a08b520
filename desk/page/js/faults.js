// Switches for what goes wrong in real life, each with what it means; for everybody, or for one person.
import { api } from "./api.js";
import { announce, h, newId } from "./dom.js";
import { nameOf, on, store, tell } from "./store.js";

export function makeFaults() {
  const list = h("ul", {});
  const who = h("select", { id: newId("who") });
  const element = h("div", { class: "faults" },
    h("h2", {}, "What goes wrong in real life"),
    h("p", { class: "small soft" }, "Switch something on, move the clock, and see who is told instead. Nothing is lost and nobody is told twice without the word “repeat”."),
    h("p", { class: "field" }, h("label", { for: who.id }, "For whom, where it is one person"), who),
    list);

  async function flip(fault, on, box) {
    box.disabled = true;
    const person = fault.scope === "person" ? who.value : undefined;
    try {
      await api.setFault(fault.key, on, person);
      announce(`${fault.title}: ${on ? "on" : "off"}.`);
      tell("person-changed");
    } catch (error) {
      box.checked = !on;
      tell("failure", error);
    }
    box.disabled = false;
    await load();
  }

  const people = () => [...new Set([...store.shown, ...store.opened, ...store.featured.map((one) => one.id)])];

  async function load() {
    try {
      const kept = who.value || store.shown.at(-1);
      who.replaceChildren(...people().map((id) => h("option", { value: id, selected: id === kept }, nameOf(id))));
      const faults = await api.faults();
      const focused = document.activeElement?.dataset?.fault;
      list.replaceChildren(...faults.map((fault) => {
        const mine = fault.scope !== "person" || !Array.isArray(fault.people) ? fault.on : fault.people.includes(who.value);
        const id = newId("fault");
        const box = h("input", { type: "checkbox", role: "switch", id, "data-fault": fault.key, "aria-describedby": `${id}-says`, onchange: () => flip(fault, box.checked, box) });
        box.checked = Boolean(mine);
        return h("li", { class: fault.on ? "on" : "" }, box, h("div", {},
          h("label", { for: id }, fault.title, h("span", { class: "tag" }, fault.scope === "person" ? "one person" : "everybody")),
          h("p", { class: "small soft", id: `${id}-says` }, fault.explains)));
      }));
      if (focused) list.querySelector(`[data-fault="${focused}"]`)?.focus();
      tell("faults-on", faults.filter((fault) => fault.on || fault.people?.length).length);
    } catch (error) {
      list.replaceChildren(h("li", {}, h("p", { class: "failure" }, error.message)));
    }
  }
  who.addEventListener("change", load);
  on("faults", load);
  on("shown", load);
  return { element };
}
