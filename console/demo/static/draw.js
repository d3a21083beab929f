// What the page shows, made from what the server said. Draws only what changed, so that focus and readers stay put.

export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Makes the list's children those of `values`; a child whose value is the same stays the node it was.
export function drawList(list, values, make) {
  values.forEach((value, place) => {
    const drawn = JSON.stringify(value);
    const old = list.children[place];
    if (old?.drawn === drawn) return;
    const fresh = make(value);
    fresh.drawn = drawn;
    if (old) keepFocus(old, fresh, () => old.replaceWith(fresh));
    else list.append(fresh);
  });
  while (list.children.length > values.length) list.lastElementChild.remove();
}

function keepFocus(old, fresh, swap) {
  const focused = [...old.querySelectorAll("button, summary")].indexOf(document.activeElement);
  swap();
  if (focused >= 0) fresh.querySelectorAll("button, summary")[focused]?.focus();
}

export function when(moment, zone, parts = { weekday: "short", day: "numeric", month: "short" }) {
  return new Date(moment).toLocaleString("en-US", { ...parts, hour: "numeric", minute: "2-digit", timeZone: zone });
}

export function place(zone) {
  return zone.split("/").at(-1).replaceAll("_", " ");
}

// Addresses in the text become links; everything else stays text.
function words(text) {
  const made = element("span", "", { class: "words" });
  for (const piece of text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)) {
    if (/^https?:\/\//.test(piece)) made.append(element("a", piece, { href: piece, target: "_blank", rel: "noopener noreferrer" }));
    else if (piece) made.append(piece);
  }
  return made;
}

export function person(value, pick) {
  const item = element("li");
  const button = element("button", value.name, { type: "button", "aria-pressed": value.picked });
  if (value.unread) button.append(element("b", String(value.unread), { "aria-label": `${value.unread} new` }));
  button.append(element("small", value.about));
  button.addEventListener("click", () => pick(value.id));
  item.append(button);
  return item;
}

export function bubble(message, choose) {
  const item = element("li", "", { class: `${message.direction} ${message.not_sent ? "not-sent" : ""}` });
  item.append(element("span", message.direction === "in" ? "You: " : "The shop: ", { class: "unseen" }));
  if (message.subject) item.append(element("span", message.subject, { class: "subject" }));
  for (let photo = 0; photo < message.photos; photo += 1) item.append(element("span", "Photo", { class: "picture" }));
  for (const part of message.parts) item.append(words(part));
  item.append(element("small", footing(message), { class: "foot" }));
  if (message.choices.length) item.append(choices(message, choose));
  return item;
}

function footing(message) {
  const segments = message.segments ? `${message.segments} SMS segment${message.segments > 1 ? "s" : ""}` : "";
  const held = message.not_sent ? `not sent: ${message.not_sent}` : "";
  return [when(message.at, message.zone), segments, held].filter(Boolean).join(" · ");
}

// Quick replies stand under the message; a list is opened by its button.
function choices(message, choose) {
  const listed = message.form === "list";
  const box = element(listed ? "details" : "div", "", { class: "choices" });
  if (listed) {
    box.append(element("summary", message.opens || "Choose"));
    box.addEventListener("toggle", () => box.scrollIntoView({ block: "nearest" }));
  }
  for (const choice of message.choices) {
    const button = element("button", choice.title, { type: "button" });
    if (choice.description) button.append(element("small", choice.description));
    button.addEventListener("click", () => choose({ text: choice.title, choice: choice.id, listed }));
    box.append(button);
  }
  return box;
}

export function suggestion(text, send) {
  const item = element("li");
  const button = element("button", text, { type: "button" });
  button.addEventListener("click", () => send({ text }));
  item.append(button);
  return item;
}

export function order(value, report) {
  const item = element("li");
  item.append(element("strong", value.number), ` ${value.about} `, element("em", value.status));
  for (const parcel of value.parcels) {
    const row = element("div", "", { class: "carrier", role: "group", "aria-label": `${parcel.name} reports` });
    row.append(element("small", parcel.name));
    for (const said of parcel.says) {
      const button = element("button", said.title, { type: "button" });
      button.addEventListener("click", () => report(button, { shipment: parcel.id, status: said.status, reason: said.reason }));
      row.append(button);
    }
    item.append(row);
  }
  return item;
}

export function notice(value) {
  const item = element("li", "", { class: `notice ${value.state}` });
  item.append(element("em", value.state), ` ${[value.order, value.name].filter(Boolean).join(": ")}`);
  const time = { planned: "due ", held: "until " }[value.state] ?? "";
  item.append(element("small", [time + when(value.at, value.zone), value.why].filter(Boolean).join(" · ")));
  return item;
}

export function handoff(value, giveBack) {
  const item = element("li");
  item.append(element("strong", value.reason));
  if (value.summary) item.append(element("small", value.summary));
  if (value.silences_bot) {
    item.append(element("small", "The bot is silent while a person has the conversation."));
    const button = element("button", "Give back to the bot", { type: "button" });
    button.addEventListener("click", () => giveBack(button, value.id));
    item.append(button);
  }
  return item;
}
