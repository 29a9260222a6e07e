// The agent's desk: what the floor tells is kept by contact and drawn; what the person does is told to the floor.

import { words } from "/pages/words.js";
import { Live, $, make } from "/pages/live.js";
import { redraw } from "/pages/redraw.js";
import { Softphone } from "/pages/softphone.js";
import { Ringer } from "/desk/pages/ringer.js";
import { drawCard } from "/desk/pages/card.js";
import { WORDS, REASONS, CODES } from "/desk/pages/words-of-desk.js";
import { REFUSALS } from "/desk/pages/refusals.js";

const { word, choose, language } = words({ ...WORDS, ...REASONS, ...CODES, ...REFUSALS });

/** A key does what a person could do with the mouse now, and nothing else. */
const isShown = id => $(id).offsetParent !== null && !$(id).disabled;
const press = id => () => isShown(id) && $(id).click();
const send = id => () => isShown(id) && $(id).requestSubmit();
/** A key for who rings is for whoever rings, also while another is looked at. */
const pressRinging = id => () => { lookAtRinging(); press(id)(); };

const SHORTCUTS = {
  r: ["be_ready", press("ready")],
  a: ["answer", pressRinging("answer")],
  d: ["decline", pressRinging("decline")],
  c: ["call_again", press("again")],
  p: ["phone", press("phone")],
  h: ["hold", press("hold")],
  m: ["mute", press("mute")],
  t: ["hand_on", press("hand-on")],
  f: ["finish", press("finish")],
  o: ["place_order", send("order")],
  w: ["done", send("wrap-up")],
};
/** Reasons that a person may choose; others are the floor's. */
const PAUSES = ["break", "lunch", "meeting", "training", "paperwork"];
const LINES_MAX = 500;
/** What a person writes about one contact. */
const DRAFTS = ["text", "note", "to", "address"];
const NOTICE_MS = 6_000;
const RETRY_MS = 10_000;

/** By contact: {card, told, stage, lines, unread, answerBy, drafts}; `card` has what was changed here already, `told` is the floor's. */
const contacts = new Map();
/** What was half written to each before the connection broke. */
let drafts = new Map();
/** The contact that the person wants to see; another is shown while it is not there. */
let chosen = null;
let presence = "signed out";
let phone = null;
let phones = 0;
let phoneTimer = 0;
let isMuted = false;
let noticeTimer = 0;
let seatTimer = 0;
let colleagues = [];
let who = { name: "" };
const ringer = new Ringer();

// --- what the floor tells ---

const live = new Live("/desk/line", {
  heard: hear,
  changed: isOpen => {
    // The floor tells everything anew to a desk that comes back.
    if (isOpen) {
      swapDrafts();
      drafts = new Map([...contacts].map(([contact, entry]) => [contact, entry.drafts]));
      contacts.clear();
      notice("");
      // The other end of the headset went with the connection.
      if (phone) { hangUp(); putOnLine(); }
    } else notice(word("offline"), true);
    draw();
  },
});

function hear(message) {
  const held = contacts.get(message.contact);
  switch (message.kind) {
    case "presence":
      presence = message.presence;
      clearTimeout(seatTimer);
      if (presence === "signed out") {
        turnedOut();
        seatTimer = setTimeout(() => live.again(), RETRY_MS);
      }
      $("reason").value = presence === "not ready" && PAUSES.includes(message.reason) ? message.reason : "";
      $("presence").dataset.reason = message.reason;
      break;
    case "offered":
      keep(message.card, "offered").answerBy = message.answer_in_s && performance.now() + message.answer_in_s * 1_000;
      break;
    case "card": keep(message.card); break;
    case "stage": {
      if (!held) return;
      const isHeard = message.stage === "guest" || message.stage === (held.card.channel === "voice" ? "talking" : "on call");
      const begins = isHeard && held.stage !== "held" && held.stage !== message.stage;
      held.stage = message.stage;
      // A new call is looked at, and never begun unheard.
      if (begins) { mute(false); chosen = message.contact; }
      break;
    }
    case "said":
      if (!held) return;
      held.lines.push([message.who, message.text]);
      held.lines.splice(0, held.lines.length - LINES_MAX);
      if (held !== current() && message.who === "buyer") held.unread += 1;
      break;
    case "withdrawn":
    case "ended":
      contacts.delete(message.contact);
      if (message.why) notice(word(message.why));
      break;
    case "line":
      if (message.number === phones) phone?.answered(message.answer);
      break;
    case "no line":
      if (message.number === phones) hangUp(RETRY_MS);
      break;
    case "refused":
      if (held) held.card = held.told;
      notice(refusal(message));
      break;
    case "colleagues": colleagues = message.names; break;
    case "closed":
      live.close();
      presence = "signed out";
      turnedOut();
      notice(word("closed"), true);
      break;
  }
  if (needsHeadset()) putOnLine();
  draw();
}

/** Why something is not done; its cause may be one of our words, too. */
function refusal({ why, values = {} }) {
  return word(why, { ...values, why: word(values.why ?? "") });
}

function keep(card, stage) {
  const known = contacts.get(card.contact);
  const lines = card.transcript.map(line => [line.startsWith("> ") ? "buyer" : "shop", line.replace(/^[<>] /, "")]);
  const entry = known ?? { stage: stage ?? "talking", lines, unread: 0, answerBy: 0, drafts: drafts.get(card.contact) ?? {} };
  entry.card = entry.told = card;
  if (stage) entry.stage = stage;
  contacts.set(card.contact, entry);
  return entry;
}

// --- the softphone: one line for the working day; the floor puts calls on it ---

/** Also at one who pauses: a call that is under way goes on. */
const needsHeadset = () => presence === "ready" || [...contacts.values()].some(entry => isOnCall(entry) || entry.stage === "guest");

async function putOnLine() {
  if (phone || phoneTimer) return;
  const number = ++phones;
  phone = new Softphone($("sound"), {
    up: draw,
    microphone: draw,
    shaky: () => live.check(),
    down: () => { hangUp(); if (needsHeadset()) putOnLine(); draw(); },
  });
  phone.mute(isMuted);
  const offer = await phone.offer();
  if (offer && number === phones) live.tell({ kind: "line", offer, number });
}

function phoneState() {
  if (!phone?.isUp) return "line_none";
  return phone.isSilent ? "line_silent" : "line_up";
}

function mute(isSo) {
  isMuted = isSo;
  phone?.mute(isMuted);
}

/** Another is put on the line when one is needed, after a while. */
function hangUp(restMs = 0) {
  phone?.close();
  phone = null;
  phones += 1;
  clearTimeout(phoneTimer);
  phoneTimer = restMs && setTimeout(() => { phoneTimer = 0; if (needsHeadset()) putOnLine(); }, restMs);
}

/** The seat is gone: what is said of why stays for as long as it is so. */
function turnedOut() {
  contacts.clear();
  chosen = null;
  hangUp();
  clearTimeout(noticeTimer);
}

// --- what the person does ---

/** Neither another offer nor what a buyer writes takes it from under the person's hands. */
const current = () => contacts.get(chosen) ?? [...contacts.values()].find(isOnCall) ?? contacts.values().next().value;
const isRinging = entry => entry?.stage === "offered" || entry?.stage === "invited";
/** Whether the buyer is on the line. */
const isOnCall = ({ card, stage }) => stage === "held" || stage === (card.channel === "voice" ? "talking" : "on call");
const tell = (kind, fields = {}) => Boolean(current()) && live.tell({ kind, contact: current().card.contact, ...fields });

function choose_(contact) {
  chosen = contact;
  const entry = current();
  if (entry) entry.unread = 0;
  draw();
  (isRinging(entry) ? $("answer") : $("text")).focus();
}

function lookAtRinging() {
  const ringing = [...contacts.keys()].find(contact => isRinging(contacts.get(contact)));
  if (ringing && !isRinging(current())) { chosen = ringing; draw(); }
}

$("ready").onclick = () => live.tell({ kind: "ready" });
$("reason").onchange = () => $("reason").value && live.tell({ kind: "not ready", reason: $("reason").value });
$("answer").onclick = () => tell("accept");
$("decline").onclick = () => tell("decline");
$("hold").onclick = () => tell(current()?.stage === "held" ? "resume" : "hold");
$("mute").onclick = () => { mute(!isMuted); draw(); };
$("again").onclick = () => tell("call again");
$("phone").onclick = async () => {
  if (PHONED.includes(current()?.stage)) { tell("hang up"); return; }
  await putOnLine();
  tell("phone");
};
$("keypad").onclick = () => { $("pad").hidden = !$("pad").hidden; };
$("hand-on").onclick = () => {
  $("transfer").hidden = !$("transfer").hidden;
  if ($("transfer").hidden) return;
  tell("colleagues");
  $("to").focus();
};
$("finish").onclick = () => tell("finish");
$("way").onchange = () => draw();
$("transfer").onsubmit = event => {
  event.preventDefault();
  const way = $("way").value;
  if (way === "invite") tell("invite", { other: $("to").value.trim() });
  else tell("transfer", { way, to: $("to").value.trim() });
  $("to").value = "";
  $("transfer").hidden = true;
};
$("templates").onchange = () => {
  if ($("templates").value) $("text").value = $("templates").value;
  $("templates").value = "";
  $("text").focus();
};
$("write").onsubmit = event => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text && tell("write", { text })) $("text").value = "";
};
$("wrap-up").onsubmit = event => {
  event.preventDefault();
  if ($("wrap-up").hidden) return;
  if (tell("wrap up", { code: $("code").value, note: $("note").value.trim() })) $("note").value = "";
};
$("order").onsubmit = event => {
  event.preventDefault();
  tell("order", { address: $("address").value.trim() });
};
$("add").onsubmit = event => {
  event.preventDefault();
  const lines = new Map(current().card.basket.map(line => [line.code, line.quantity]));
  const code = $("goods").value;
  lines.set(code, (lines.get(code) ?? 0) + 1);
  setBasket(lines);
};

/** What is changed next, before the floor has said so, is changed in what is shown. */
function setBasket(lines) {
  const basket = [...lines].map(([code, quantity]) => ({ code, quantity }));
  const entry = current();
  if (tell("basket", { lines: basket })) entry.card = { ...entry.card, basket };
  draw();
}

$("sign-out").onclick = async () => {
  live.tell({ kind: "leave" });
  if (!await live.signOut()) notice(word("offline"), true);
};
$("language").onclick = () => choose(language() === "zh" ? "en" : "zh", () => { lists(); draw(); });
$("help").onclick = () => $("keys").showModal();

document.addEventListener("keydown", event => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const key = event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  if (/^[1-9]$/.test(key)) {
    const contact = [...contacts.keys()][Number(key) - 1];
    if (contact) choose_(contact);
  } else if (key in SHORTCUTS) SHORTCUTS[key][1]();
  else return;
  event.preventDefault();
});

for (const key of "123456789*0#") {
  $("pad").append(make("button", { type: "button", onclick: () => tell("keys", { keys: key }) }, key));
}

// --- drawing ---

function notice(text, stays = false) {
  clearTimeout(noticeTimer);
  $("notice").textContent = text;
  $("notice").hidden = !text;
  if (text && !stays) noticeTimer = setTimeout(() => notice(""), NOTICE_MS);
}

function lists() {
  const options = table => Object.keys(table).map(name => new Option(word(name), name));
  redraw($("reason"), new Option(word("choose"), ""), ...PAUSES.map(name => new Option(word(name), name)));
  redraw($("code"), ...options(CODES));
  $("language").textContent = language() === "zh" ? "English" : "中文";
  $("shortcuts").replaceChildren(
    ...Object.entries(SHORTCUTS).flatMap(([key, [name]]) => [
      make("dt", {}, make("kbd", {}, `Alt+${key.toUpperCase()}`)), make("dd", {}, word(name))]),
    make("dt", {}, make("kbd", {}, "Alt+1…9")), make("dd", {}, word("contacts")),
  );
}

function draw() {
  $("nobody").hidden = contacts.size > 0;
  $("presence").textContent = word(presence) + (presence === "not ready" && $("presence").dataset.reason ? ` · ${word($("presence").dataset.reason)}` : "");
  $("presence").className = `badge ${presence.replace(" ", "-")}`;
  $("ready").disabled = presence !== "not ready";
  $("line").textContent = word(phoneState());
  $("line").className = phoneState() === "line_silent" ? "error" : "faint";
  drawContacts();
  const entry = current();
  $("talk").hidden = $("card").hidden = !entry;
  $("empty").hidden = Boolean(entry);
  if (entry) drawTalk(entry);
  const isAnybodyRinging = [...contacts.values()].some(isRinging);
  ringer.ring(isAnybodyRinging);
  document.title = `${isAnybodyRinging ? "☎ " : ""}${who.name} · Dialcart`;
}

function drawContacts() {
  redraw($("contacts"), ...[...contacts].map(([contact, { card, stage, unread }]) =>
    make("li", { "data-key": contact, class: stage.replace(" ", "-"), "aria-current": String(contact === current().card.contact) },
      make("button", { onclick: () => choose_(contact) },
        make("strong", {}, word(card.channel)),
        make("span", {}, card.name || card.number),
        unread ? make("span", { class: "unread" }, String(unread)) : "",
        make("small", {}, `${card.shop} · ${word(stage)}`)))));
}

/** Stages of one who writes in which the telephone is off the hook. */
const PHONED = ["calling", "on call", "held"];

/** Seconds that an offer still rings; by this machine's own clock, from when it began. */
const rings = answerBy => Math.max(0, Math.round((answerBy - performance.now()) / 1_000));

function drawAnswer({ card, stage, answerBy }) {
  const left = answerBy ? ` (${rings(answerBy)})` : "";
  const name = stage === "invited" ? "join" : card.call_back ? "answer_by_calling" : "answer";
  $("answer").textContent = word(name) + left;
}
setInterval(() => { if (isRinging(current())) drawAnswer(current()); }, 1_000);

const PLACES = { queue: card => card.queues, step: card => card.steps, agent: () => colleagues, invite: () => colleagues, outside: () => [] };

/** What is half written to one buyer is never sent to another. */
function swapDrafts(entry) {
  const contact = entry?.card.contact ?? "";
  if ($("talk").dataset.contact === contact) return;
  const old = contacts.get($("talk").dataset.contact);
  if (old) old.drafts = {};
  for (const field of DRAFTS.map($)) {
    if (old && field.value !== field.dataset.shown) old.drafts[field.id] = field.value;
    field.value = entry?.drafts[field.id] ?? "";
    field.dataset.shown = "";
  }
  $("transfer").hidden = true;
  $("talk").dataset.contact = contact;
}

function drawTalk(entry) {
  swapDrafts(entry);
  const { card, stage, lines } = entry;
  const isVoice = card.channel === "voice";
  const isUp = isOnCall(entry);
  const isTalking = ["talking", "on call", "held", "calling", "missed"].includes(stage);
  const isGuest = stage === "guest";
  const isPhoned = !isVoice && PHONED.includes(stage);
  drawAnswer(entry);
  for (const [id, shows] of Object.entries({
    answer: isRinging(entry), decline: isRinging(entry),
    hold: isUp, mute: isUp || isGuest, keypad: isUp, again: stage === "missed",
    phone: isPhoned || (isTalking && card.can_phone),
    "hand-on": isTalking, finish: isTalking || isGuest, "wrap-up": stage === "wrap-up", write: isTalking, add: isTalking,
  })) $(id).hidden = !shows;
  if (!isTalking) $("transfer").hidden = $("pad").hidden = true;
  $("hold").textContent = word(stage === "held" ? "resume" : "hold");
  $("phone").textContent = word(isPhoned ? "hang_up" : "phone");
  $("finish").textContent = word(isGuest ? "leave" : "finish");
  $("mute").textContent = word(isMuted ? "unmute" : "mute");
  redraw($("places"), ...PLACES[$("way").value](card).map(place => new Option(place, place)));
  $("templates").hidden = !card.templates.length;
  redraw($("templates"), new Option(word("templates"), ""), ...card.templates.map(text => new Option(text, text)));
  const list = $("lines");
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40 || list.dataset.contact !== card.contact;
  list.dataset.contact = card.contact;
  redraw(list, ...lines.map(([who, text]) => make("li", { class: who }, text)));
  if (isAtEnd) list.scrollTop = list.scrollHeight;
  drawCard(card, { word, language, mayChange: isTalking, setBasket });
}

// What is chosen from is there before the floor says what is chosen.
lists();
draw();
who = await (await fetch("/who")).json();
$("who").textContent = who.name;
$("to-floor").hidden = who.role !== "supervisor";
draw();
