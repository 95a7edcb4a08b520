// The desk's server: every request the page makes, and the stream of news.

/** What went wrong, in words to show: `message` says what happened, `todo` what to do. */
export class DeskError extends Error {
  constructor(message, todo = "") {
    super(message);
    this.todo = todo;
  }
}

const NOT_THERE = "The desk does not answer.";
const START_AGAIN = "Look at the terminal it was started in; start it again if it has stopped, then reload this page.";

const watching = new Set();
let asking = 0;

/** Whether an answer is on its way. */
export const waits = () => asking > 0;

/** Hear when the page begins to wait for the desk's server, and when every answer is there. */
export const onWait = (hear) => watching.add(hear);

function count(by) {
  const before = waits();
  asking += by;
  if (before !== waits()) for (const hear of watching) hear();
}

async function ask(path, body) {
  count(1);
  try {
    return await answered(path, body);
  } finally {
    count(-1);
  }
}

async function answered(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new DeskError(NOT_THERE, START_AGAIN);
  }
  let said;
  try {
    said = await response.json();
  } catch {
    said = null;
  }
  if (!response.ok) throw new DeskError(said?.error ?? said?.text ?? `The desk answered ${response.status}.`, said?.do ?? "");
  return said;
}

const person = (id) => `/api/people/${encodeURIComponent(id)}`;

export const api = {
  council: () => ask("/api/council"),
  clock: () => ask("/api/clock"),
  moveClock: (how) => ask("/api/clock", how),
  chat: (id) => ask(`${person(id)}/chat`),
  say: (id, text) => ask(`${person(id)}/say`, { text }),
  answerFile: (id, message, allow) => ask(`${person(id)}/file`, { message, allow }),
  press: (id, message, action, inputs) => ask(`${person(id)}/press`, { message, action, inputs }),
  openDialog: (id, data) => ask(`${person(id)}/dialog`, { fetch: true, data }),
  submitDialog: (id, data) => ask(`${person(id)}/dialog`, { submit: true, data }),
  notifications: (id) => ask(`${person(id)}/notifications`),
  mail: (id) => ask(`${person(id)}/mail`),
  writeMail: (id, letter) => ask(`${person(id)}/mail`, letter),
  timeline: (after) => ask(`/api/timeline?after=${after}`),
  items: async (id) => (await ask(`/api/items?person=${encodeURIComponent(id ?? "")}`)).items,
  story: () => ask("/api/story"),
  faults: () => ask("/api/faults"),
  setFault: (key, on, who) => ask("/api/faults", who ? { key, on, person: who } : { key, on }),
};

/** Calls `tell({kind, person})` for each piece of news; after a lost connection also `{kind: "all"}`. */
export function listen(tell) {
  const stream = new EventSource("/api/stream");
  let lost = false;
  stream.addEventListener("message", (event) => tell(JSON.parse(event.data)));
  stream.addEventListener("error", () => { lost = true; });
  stream.addEventListener("open", () => {
    if (lost) tell({ kind: "all" });
    lost = false;
  });
}
