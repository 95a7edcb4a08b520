// Starts the desk: loads the council, draws every part, listens for news.
import { api, listen } from "./api.js";
import { startClock } from "./clock.js";
import { $, announce, h } from "./dom.js";
import { startPanes } from "./panes.js";
import { startPeople } from "./people.js";
import { startSide } from "./side.js";
import { isWide, loadCouncil, nameOf, on, open, store, arrived, tell, view } from "./store.js";
import { startTour } from "./tour.js";

/** A failure at the top of the page that stays until it is dismissed. */
function showFailure(error, again = null) {
  const line = h("p", {}, h("strong", {}, error.message), " ", error.todo ?? "");
  const way = again ? h("button", { type: "button", onclick: again }, "Try again") : h("button", { type: "button", onclick: () => box.remove() }, "Dismiss");
  const box = h("div", { class: "failure" }, line, way);
  const place = $("#notices");
  place.querySelectorAll(".failure").forEach((old) => old.remove());
  place.append(box);
  announce(`${error.message} ${error.todo ?? ""}`, "assertive");
}
on("failure", (error) => showFailure(error));

function startViews() {
  const buttons = [...document.querySelectorAll("#views button")];
  const mark = (name) => buttons.forEach((button) => button.setAttribute("aria-current", String(button.dataset.view === name)));
  buttons.forEach((button) => button.addEventListener("click", () => view(button.dataset.view)));
  on("view", mark);
  view(store.shown.length ? "chat" : "people");
}

async function heard({ kind, person }) {
  if (kind === "all") return everything();
  if (kind === "timeline" && store.moving) return; // whoever moves the clock is told where it arrives
  if (kind === "chat" && person) arrived(person);
  const ofOne = kind === "chat" || kind === "typing" || kind === "mail";
  if (kind === "clock") tell("clock", await api.clock());
  else for (const topic of ofOne ? (person ? [person] : store.shown).map((id) => `${kind}:${id}`) : [kind]) tell(topic);
  if (kind === "faults") await loadCouncil();
}

/** After a lost connection: whatever may have changed meanwhile. */
async function everything() {
  await loadCouncil();
  tell("clock", await api.clock());
  for (const id of store.shown) tell(`chat:${id}`);
  tell("timeline");
  tell("faults");
}

try {
  await loadCouncil();
  document.title = `The desk, ${store.council}`;
  $("#council").textContent = store.council;
  startClock();
  startPeople();
  startPanes();
  startSide();
  startViews();
  listen((news) => heard(news).catch((error) => showFailure(error)));
  tell("clock", await api.clock());
  // Each part that is about whoever is shown asks for itself when somebody is.
  if (!store.shown.length && store.featured.length && isWide()) open(store.featured[0].id);
  else tell("faults");
  tell("timeline");
  store.story = await api.story().catch(() => null);
  startTour();
  on("chat-news", ({ id, summary }) => announce(`New message for ${nameOf(id)}: ${summary}`));
  document.body.dataset.ready = "true";
} catch (error) {
  showFailure(error, () => location.reload());
  throw error;
}
