// The phone of the demo: posts what a provider would post and shows what the outbox holds, nothing else.
import { bubble, drawList, handoff, notice, order, person, place, suggestion, when } from "./draw.js";

const CALM = 1000, EAGER = 150, PATIENCE = 6000; // milliseconds: between two looks; awaiting an answer; and how long
const STEP = 6; // hours by which the clock moves at once, so that its course is seen

const at = (id) => document.getElementById(id);
const token = document.body.dataset.token;
const tabs = [...document.querySelectorAll('[role="tab"]')];
const state = { people: [], customer: null, channel: "whatsapp", eagerUntil: 0, sent: {}, shown: "" };
const read = JSON.parse(sessionStorage.getItem(token) ?? "{}"); // customer/channel → messages of ours already seen

class Trouble extends Error {}

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Demo-Token": token },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(`/demo/api/${path}`, options);
  } catch {
    throw new Trouble("The demo does not answer. Is “flask demo” still running? Trying again…");
  }
  if (answer.ok) return answer.json();
  throw new Trouble(await told(answer, path));
}

async function told(answer, path) {
  if (answer.status === 403) return "The demo was started anew: reload this page.";
  if (answer.status === 502) {
    const { webhook } = await answer.json();
    return webhook ? `The shop's webhook refused the message (${webhook}).` : "The shop's webhook could not be reached.";
  }
  return `The demo could not do that (${path}: ${answer.status}). Its terminal says more.`;
}

function complain(text) {
  if (at("trouble").textContent !== text) at("trouble").textContent = text;
}

// Runs what a press of a button asks for; whatever goes wrong is said on the page.
async function attempt(work) {
  try {
    await work();
    complain("");
    return true;
  } catch (error) {
    complain(error instanceof Trouble ? error.message : `This page made a mistake: ${error.message}`);
    return false;
  }
}

async function whilePressed(button, work) {
  button.setAttribute("aria-busy", "true");
  await attempt(work);
  button.removeAttribute("aria-busy");
}

// -- what is unread -------------------------------------------------------------------------------------------------

function unread(customer, channel) {
  return Math.max(0, (state.sent[customer]?.[channel] ?? 0) - (read[`${customer}/${channel}`] ?? 0));
}

function markRead() {
  read[`${state.customer}/${state.channel}`] = state.sent[state.customer]?.[state.channel] ?? 0;
  sessionStorage.setItem(token, JSON.stringify(read));
}

function badge(tab) {
  const count = state.customer ? unread(state.customer, tab.dataset.channel) : 0;
  const mark = tab.querySelector("b");
  const shown = count ? String(count) : "";
  if (mark.textContent === shown) return;
  mark.textContent = shown;
  if (count) mark.setAttribute("aria-label", `${count} new`);
  else mark.removeAttribute("aria-label");
}

// -- drawing --------------------------------------------------------------------------------------------------------

function drawPeople() {
  const wanted = at("filter").value.trim().toLowerCase();
  const values = state.people
    .filter((one) => one.search.toLowerCase().includes(wanted))
    .map(({ id, name, about }) => ({ id, name, about, picked: id === state.customer, unread: unreadOf(id) }));
  drawList(at("people"), values, (value) => person(value, pick));
}

function unreadOf(customer) {
  return tabs.reduce((sum, tab) => sum + unread(customer, tab.dataset.channel), 0);
}

function drawThread(view) {
  const thread = at("thread");
  const messages = view.messages.map((message) => ({ ...message, zone: view.zone }));
  const drawn = JSON.stringify(messages);
  const waits = view.awaited && Date.now() < state.eagerUntil;
  thread.classList.toggle("typing", waits);
  if (drawn === state.shown) return;
  state.shown = drawn;
  drawList(thread, messages, (message) => bubble(message, send));
  const last = thread.lastElementChild;
  thread.scrollTop = last && last.offsetHeight > thread.clientHeight ? last.offsetTop - thread.offsetTop - 8 : thread.scrollHeight;
}

function drawShop(view) {
  const zoned = (value) => ({ ...value, zone: view.zone });
  drawList(at("tries"), view.suggestions, (text) => suggestion(text, send));
  drawList(at("orders"), view.orders, (value) => order(value, report));
  drawList(at("notices"), view.notices.map(zoned), notice);
  drawList(at("handoffs"), view.handoffs, (value) => handoff(value, giveBack));
  at("with-a-person").hidden = !view.handoffs.length;
}

function draw(view) {
  at("clock").textContent = when(view.now, view.zone);
  at("zone").textContent = `in ${place(view.zone)}`;
  state.sent = view.sent;
  if (view.customer) {
    markRead();
    at("who").textContent = view.address ? `with ${view.name}, ${view.address}` : `${view.name} has no address here`;
    drawThread(view);
    drawShop(view);
    if (!view.awaited) state.eagerUntil = 0;
  }
  tabs.forEach(badge);
  drawPeople();
}

// Shows how things stand now; an answer that comes after another customer or channel was picked is left aside.
async function look() {
  const asked = { customer: state.customer ?? "", channel: state.channel };
  const view = await call(`view?${new URLSearchParams(asked)}`);
  if (asked.customer === (state.customer ?? "") && asked.channel === state.channel) draw(view);
}

// Asks anew how everybody's orders stand.
async function meet() {
  state.people = (await call("people")).people;
  drawPeople();
}

// -- what is pressed ------------------------------------------------------------------------------------------------

function clear() {
  state.shown = "";
  state.eagerUntil = 0;
  for (const id of ["thread", "tries", "orders", "notices", "handoffs"]) at(id).replaceChildren();
  at("who").textContent = "";
  at("subject").value = "";
}

function pick(id) {
  if (id !== state.customer) clear();
  state.customer = id;
  drawPeople();
  attempt(look);
}

function show(channel) {
  if (channel === state.channel) return;
  state.channel = channel;
  clear();
  for (const tab of tabs) {
    const chosen = tab.dataset.channel === channel;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  document.querySelector(".screen").dataset.channel = channel;
  at("panel").setAttribute("aria-labelledby", `tab-${channel}`);
  at("subject").hidden = channel !== "email";
  at("text").rows = channel === "email" ? 3 : 1;
  attempt(look);
}

function send(message) {
  if (!state.customer) return Promise.resolve(false);
  const letter = { customer: state.customer, channel: state.channel, ...message };
  return attempt(async () => {
    await call("send", letter);
    if (letter.customer === state.customer && letter.channel === state.channel) state.eagerUntil = Date.now() + PATIENCE;
    await look();
    wake();
  });
}

function report(button, event) {
  return whilePressed(button, async () => {
    await call("carrier", event);
    await meet();
    await look();
  });
}

function giveBack(button, id) {
  return whilePressed(button, async () => {
    await call("give-back", { handoff: id });
    await look();
  });
}

async function moveClock(button) {
  const hours = Number(button.dataset.hours);
  const buttons = document.querySelectorAll("[data-hours]");
  const before = Object.values(state.sent).reduce(total, 0);
  buttons.forEach((one) => one.setAttribute("aria-disabled", "true"));
  at("moving").hidden = false;
  await whilePressed(button, async () => {
    for (let gone = 0; gone < hours; gone += STEP) {
      await call("clock", { hours: Math.min(STEP, hours - gone) });
      at("moving").value = Math.min(gone + STEP, hours) / hours;
      await look();
    }
    await meet();
    const sent = Object.values(state.sent).reduce(total, 0) - before;
    at("news").textContent = `It is ${at("clock").textContent}. ${sent} new messages.`;
  });
  at("moving").hidden = true;
  at("moving").value = 0;
  buttons.forEach((one) => one.removeAttribute("aria-disabled"));
}

function total(sum, channels) {
  return Object.values(channels).reduce((one, other) => one + other, sum);
}

async function submit() {
  const text = at("text").value.trim(), subject = at("subject").value.trim();
  if (!text && !subject) return;
  at("text").value = "";
  const message = state.channel === "email" ? { text, subject } : { text };
  if (await send(message)) at("subject").value = "";
  else if (!at("text").value) at("text").value = text;
}

// Left, right, home and end go from tab to tab (WAI-ARIA tabs).
function walk(event) {
  const here = tabs.indexOf(event.target);
  const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs.at(to % tabs.length);
  tab.focus();
  show(tab.dataset.channel);
}

// -- the course of things -------------------------------------------------------------------------------------------

let timer;

function wake() {
  clearTimeout(timer);
  timer = setTimeout(rounds, Date.now() < state.eagerUntil ? EAGER : CALM);
}

async function rounds() {
  try {
    await look();
    if (at("trouble").dataset.lost) {
      delete at("trouble").dataset.lost;
      complain("");
    }
  } catch (error) {
    at("trouble").dataset.lost = "yes";
    complain(error.message);
  }
  wake();
}

async function start() {
  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab.dataset.channel));
    tab.addEventListener("keydown", walk);
  }
  for (const button of document.querySelectorAll("[data-hours]")) {
    button.addEventListener("click", () => button.getAttribute("aria-disabled") || moveClock(button));
  }
  at("filter").addEventListener("input", drawPeople);
  at("photo").addEventListener("click", () => send({ text: at("text").value.trim(), photo: true }).then((went) => { if (went) at("text").value = ""; }));
  at("compose").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  at("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  await attempt(async () => {
    await meet();
    if (state.people.length) pick(state.people[0].id);
    else at("who").textContent = "No customers yet";
  });
  wake();
}

start();
