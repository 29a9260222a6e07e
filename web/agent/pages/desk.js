// The agent's desk: what the floor tells is kept by contact and drawn; what the person does is told to the floor.

import { words } from "/pages/words.js";
import { Live, $, make } from "/pages/live.js";
import { redraw } from "/pages/redraw.js";
import { Headset } from "/desk/pages/headset.js";
import { Ringer } from "/desk/pages/ringer.js";
import { notice, state, keep as keepNotice } from "/desk/pages/notice.js";
import * as shortcuts from "/desk/pages/shortcuts.js";
import { drawCard, shopOf } from "/desk/pages/card.js";
import { WORDS, REASONS, CODES } from "/desk/pages/words-of-desk.js";
import { REFUSALS } from "/desk/pages/refusals.js";

const { word, chosenBy, language } = words({ ...WORDS, ...REASONS, ...CODES, ...REFUSALS });

/** Reasons that a person may choose; others are the floor's. */
const PAUSES = ["break", "lunch", "meeting", "training", "paperwork"];
const LINES_MAX = 500;
/** What a person writes about one contact. */
const DRAFTS = ["text", "note", "to", "address"];
const RETRY_MS = 10_000;
/** So long before a wrap-up ends by itself its note is sent: a second's tick, and the way to the floor. */
const LAST_MS = 2_500;

/** By contact: {card, told, stage, lines, unread, answerBy, endsAt, drafts}; `card` has what was changed here already, `told` is the floor's. */
const contacts = new Map();
/** What was half written to each before the connection broke. */
let drafts = new Map();
/** The contact that the person wants to see; another is shown while it is not there. */
let chosen = null;
let presence = "signed out";
let seatTimer = 0;
let colleagues = [];
let who = { name: "" };
const ringer = new Ringer();
const headset = new Headset($("sound"), {
  // Also at one who pauses: a call that is under way goes on.
  needed: () => presence === "ready" || [...contacts.values()].some(entry => isOnCall(entry) || entry.stage === "guest"),
  offers: line => live.tell({ kind: "line", ...line }),
  changed: draw,
  shaky: () => live.check(),
});

// --- what the floor tells ---

const live = new Live("/desk/line", {
  heard: hear,
  changed: isOpen => {
    // The floor tells everything anew to a desk that comes back.
    if (isOpen) {
      swapDrafts();
      drafts = new Map([...contacts].map(([contact, entry]) => [contact, entry.drafts]));
      contacts.clear();
      state("");
      // The other end of the headset went with the connection.
      headset.renew();
    } else state(word("offline"));
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
      held.endsAt = message.ends_in_s ? performance.now() + message.ends_in_s * 1_000 : 0;
      // A new call is looked at, and never begun unheard.
      if (begins) { headset.mute(false); chosen = message.contact; }
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
    case "line": headset.answered(message); break;
    case "no line": headset.refused(message); break;
    case "refused":
      if (held) held.card = held.told;
      notice(refusal(message));
      break;
    case "colleagues": colleagues = message.names; break;
    case "closed":
      live.close();
      presence = "signed out";
      turnedOut();
      state(word("closed"));
      break;
  }
  headset.see();
  draw();
}

/** Why something is not done; its cause may be one of our words, too. */
function refusal({ why, values = {} }) {
  return word(why, { ...values, why: word(values.why ?? "") });
}

function keep(card, stage) {
  const known = contacts.get(card.contact);
  const lines = card.transcript.map(line => [line.startsWith("> ") ? "buyer" : "shop", line.replace(/^[<>] /, "")]);
  const entry = known ?? { stage: stage ?? "talking", lines, unread: 0, answerBy: 0, endsAt: 0, drafts: drafts.get(card.contact) ?? {} };
  entry.card = entry.told = card;
  if (stage) entry.stage = stage;
  contacts.set(card.contact, entry);
  return entry;
}

/** The seat is gone: what is said of why stays for as long as it is so. */
function turnedOut() {
  contacts.clear();
  chosen = null;
  headset.takeOff();
  keepNotice();
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
$("mute").onclick = () => { headset.mute(!headset.isMuted); draw(); };
$("again").onclick = () => tell("call again");
$("phone").onclick = async () => {
  if (PHONED.includes(current()?.stage)) { tell("hang up"); return; }
  await headset.putOn();
  tell("phone");
};
$("keypad").onclick = () => { $("pad").hidden = !$("pad").hidden; draw(); };
$("hand-on").onclick = () => {
  $("transfer").hidden = !$("transfer").hidden;
  draw();
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
  if (!await live.signOut()) state(word("offline"));
};
chosenBy($("language"), () => { lists(); draw(); });
$("help").onclick = () => $("keys").showModal();

shortcuts.listen({
  lookAtRinging,
  choose: n => {
    const contact = [...contacts.keys()][n - 1];
    if (contact) choose_(contact);
  },
});

for (const key of "123456789*0#") {
  $("pad").append(make("button", { type: "button", onclick: () => tell("keys", { keys: key }) }, key));
}

// --- drawing ---

function lists() {
  const options = table => Object.keys(table).map(name => new Option(word(name), name));
  redraw($("reason"), new Option(word("choose"), ""), ...PAUSES.map(name => new Option(word(name), name)));
  redraw($("code"), ...options(CODES));
  $("shortcuts").replaceChildren(...shortcuts.listed(word));
}

function draw() {
  $("nobody").hidden = contacts.size > 0;
  $("presence").textContent = word(presence) + (presence === "not ready" && $("presence").dataset.reason ? ` · ${word($("presence").dataset.reason)}` : "");
  $("presence").className = `badge ${presence.replace(" ", "-")}`;
  $("ready").disabled = presence !== "not ready";
  $("line").textContent = word(headset.state);
  $("line").className = headset.state === "line_silent" ? "error" : "faint";
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
        make("small", {}, `${shopOf(card, language())} · ${word(stage)}`)))));
}

/** Stages of one who writes in which the telephone is off the hook. */
const PHONED = ["calling", "on call", "held"];

/** Seconds until then, by this machine's own clock. */
const secondsTo = then => Math.max(0, Math.round((then - performance.now()) / 1_000));
const countdown = then => then ? ` (${secondsTo(then)})` : "";

/** What is pressed before the time is over. */
function drawTimed({ card, stage, answerBy, endsAt }) {
  const name = stage === "invited" ? "join" : card.call_back ? "answer_by_calling" : "answer";
  $("answer").textContent = word(name) + countdown(answerBy);
  $("wrap-up").querySelector("button").textContent = word("done") + countdown(endsAt);
}

/** A note that is half written when the time is over is kept as it stands. */
function keepNotes() {
  for (const [contact, entry] of contacts) {
    if (entry.stage !== "wrap-up" || !entry.endsAt || entry.endsAt - performance.now() > LAST_MS) continue;
    const isShown = entry === current();
    const note = (isShown ? $("note").value : entry.drafts.note ?? "").trim();
    if (note) live.tell({ kind: "wrap up", contact, code: isShown ? $("code").value : "other", note });
    if (isShown) $("note").value = "";
    entry.drafts = {};
  }
}

setInterval(() => {
  keepNotes();
  if (current()) drawTimed(current());
}, 1_000);

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
  drawTimed(entry);
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
  $("mute").textContent = word(headset.isMuted ? "unmute" : "mute");
  const places = PLACES[$("way").value](card);
  redraw($("places"), ...places.map(place => new Option(place, place)));
  $("to").placeholder = word(places.length || $("way").value === "outside" ? "where_to" : "nobody_ready");
  for (const [button, opens] of [["hand-on", "transfer"], ["keypad", "pad"]]) $(button).setAttribute("aria-expanded", String(!$(opens).hidden));
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
