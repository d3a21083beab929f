"use strict";
// The phone of the demo: it posts what a provider would post and shows what the outbox holds, nothing else.
const token = document.body.dataset.token;
const at = (id) => document.getElementById(id);
const state = { people: [], customer: null, channel: "whatsapp", seen: "", read: {} };

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Demo-Token": token },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`/demo/api/${path}`, options);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function when(moment, zone) {
  return new Date(moment).toLocaleString("en-US", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone });
}

function showPeople() {
  const wanted = at("filter").value.toLowerCase();
  at("people").replaceChildren(...state.people
    .filter((person) => person.search.toLowerCase().includes(wanted))
    .map((person) => {
      const item = element("li");
      const button = element("button", person.name, { type: "button", "aria-current": person.id === state.customer });
      button.append(element("small", person.about));
      button.addEventListener("click", () => pick(person.id));
      item.append(button);
      return item;
    }));
}

function pick(id) {
  state.customer = id;
  state.seen = "";
  showPeople();
  refresh();
  at("text").focus();
}

function bubble(message) {
  const item = element("li", "", { class: `${message.direction} ${message.channel}` });
  if (message.subject) item.append(element("span", message.subject, { class: "subject" }));
  item.append(element("span", message.text));
  if (message.buttons.length) {
    const choices = element("div", "", { class: "choices" });
    for (const choice of message.buttons) {
      const button = element("button", choice.title, { type: "button" });
      button.addEventListener("click", () => send({ text: choice.title, choice: choice.id }));
      choices.append(button);
    }
    item.append(choices);
  }
  item.append(element("time", `${when(message.at, message.zone)}${message.note ? " · " + message.note : ""}`));
  return item;
}

function orderItem(order) {
  const item = element("li", `${order.number}: ${order.about}`);
  item.append(element("small", order.status));
  const row = element("div", "", { class: "carrier" });
  for (const step of order.carrier) {
    const button = element("button", step.title, { type: "button" });
    button.addEventListener("click", async () => {
      await call("carrier", { order: order.id, shipment: step.shipment, status: step.status, reason: step.reason });
      refresh();
    });
    row.append(button);
  }
  if (order.carrier.length) item.append(row);
  return item;
}

function noticeItem(notice) {
  const item = element("li", notice.kind.replaceAll("_", " "), { class: `state-${notice.state}` });
  item.append(element("small", `${notice.state} · ${when(notice.at, notice.zone)}${notice.reason ? " · " + notice.reason : ""}`));
  return item;
}

function handoffItem(handoff) {
  const item = element("li", handoff.reason.replaceAll("_", " "));
  item.append(element("small", handoff.summary));
  if (handoff.silences_bot) {
    const button = element("button", "Give back to the bot", { type: "button" });
    button.addEventListener("click", async () => {
      await call("give-back", { handoff: handoff.id });
      refresh();
    });
    item.append(button);
  }
  return item;
}

// How many messages came on the channels that are not looked at.
function badges(counts) {
  state.read[`${state.customer}/${state.channel}`] = counts[state.channel] ?? 0;
  for (const tab of document.querySelectorAll("[data-channel]")) {
    const unread = (counts[tab.dataset.channel] ?? 0) - (state.read[`${state.customer}/${tab.dataset.channel}`] ?? 0);
    tab.dataset.unread = unread > 0 ? unread : "";
  }
}

async function refresh() {
  const query = new URLSearchParams({ customer: state.customer ?? "", channel: state.channel });
  const view = await call(`view?${query}`);
  at("clock").textContent = when(view.now, view.zone);
  badges(view.counts);
  const drawn = JSON.stringify(view);
  if (drawn === state.seen || !state.customer) return;
  state.seen = drawn;
  at("who").textContent = view.address ?? "no address on this channel";
  const thread = at("thread");
  thread.replaceChildren(...view.messages.map(bubble));
  thread.scrollTop = thread.scrollHeight;
  at("orders").replaceChildren(...view.orders.map(orderItem));
  at("notices").replaceChildren(...view.notices.map(noticeItem));
  at("handoffs").replaceChildren(...view.handoffs.map(handoffItem));
}

async function send(message) {
  if (!state.customer) return;
  await call("send", { customer: state.customer, channel: state.channel, ...message });
  refresh();
}

async function start() {
  state.people = (await call("people")).people;
  showPeople();
  if (state.people.length) pick(state.people[0].id);
  setInterval(() => refresh().catch(() => {}), 700);
}

at("filter").addEventListener("input", showPeople);
at("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  at("text").value = "";
  if (text) send({ text });
});
at("photo").addEventListener("click", () => send({ text: "", photo: true }));
for (const tab of document.querySelectorAll("[data-channel]")) {
  tab.addEventListener("click", () => {
    state.channel = tab.dataset.channel;
    state.seen = "";
    for (const other of document.querySelectorAll("[data-channel]")) other.setAttribute("aria-selected", other === tab);
    refresh();
  });
}
for (const button of document.querySelectorAll("[data-hours]")) {
  button.addEventListener("click", async () => {
    document.body.style.cursor = "progress";
    await call("clock", { hours: Number(button.dataset.hours) }).finally(() => { document.body.style.cursor = ""; });
    refresh();
  });
}
start();
