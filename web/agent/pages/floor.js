// The supervisor's page: queues and agents as they are, and an ear at a desk.

import { words } from "/pages/words.js";
import { Live, $, make } from "/pages/live.js";
import { redraw } from "/pages/redraw.js";
import { Softphone } from "/pages/softphone.js";
import { notice, state } from "/desk/pages/notice.js";
import { REFUSALS } from "/desk/pages/refusals.js";
import { WORDS, REASONS } from "/desk/pages/words-of-desk.js";

const LATE_S = 60;
const MODES = ["monitor", "whisper", "barge-in"];

const { word, chosenBy, language } = words({ ...WORDS, ...REASONS, ...REFUSALS });
let view = { at: 0, queues: [], agents: [], queues_in_use: 0, agents_here: 0, since: 0 };
let phone = null;
/** Whom we hear, as the floor says. */
let ear = { agent: "", mode: "" };

const live = new Live("/floor/line", {
  may: who => who.role === "supervisor",
  heard: message => {
    switch (message.kind) {
      case "view": view = message.view; break;
      case "ear": heard(message); break;
      case "line": phone?.answered(message.answer); break;
      case "refused":
        if (!ear.agent) hangUp();
        notice(word(message.why, message.values));
        break;
    }
    draw();
  },
  changed: isOpen => {
    // The other end of the headset went with the connection.
    hangUp();
    if (isOpen) find();
    state(isOpen ? "" : word("offline"));
    draw();
  },
});

async function listen(agent, mode) {
  if (!phone) {
    const mine = phone = new Softphone($("sound"), { down: () => { hangUp(); draw(); }, microphone: draw, shaky: () => live.check() });
    const offer = await mine.offer();
    if (phone !== mine || !offer) return;
    live.tell({ kind: "line", offer });
  }
  live.tell({ kind: "listen", agent, mode });
}

/** The microphone is let go of with the call. */
function heard({ agent, mode }) {
  if (ear.agent && !agent) hangUp();
  ear = { agent, mode };
}

/** The floor has more people than a page shows. */
function find() {
  live.tell({ kind: "find", text: $("find").value.trim() });
}

function stop() {
  live.tell({ kind: "stop listening" });
}

function hangUp() {
  phone?.close();
  phone = null;
  ear = { agent: "", mode: "" };
}

const SECONDS_MAX = 180;
const seconds = value => (value == null ? "–" : value > SECONDS_MAX
  ? word("minutes", { n: Math.round(value / 60) }) : word("seconds", { n: Math.round(value) }));
const percent = value => (value == null ? "–" : `${Math.round(value * 100)} %`);

/** Since when figures are counted. */
function counted() {
  return view.since ? ` · ${word("counted", { time: new Date(view.since * 1000).toLocaleString(language()) })}` : "";
}

function draw() {
  $("stop").hidden = !ear.agent;
  $("ear").textContent = ear.agent ? `${word(ear.mode)}: ${ear.agent}` : "";
  $("silent").hidden = !(ear.agent && phone?.isSilent);
  const queues = [...view.queues].sort((a, b) => b.waiting - a.waiting || b.longest_s - a.longest_s);
  redraw($("queues"), ...queues.map(q => make("tr", {},
    make("td", {}, q.queue), make("td", {}, String(q.waiting)),
    make("td", { class: q.longest_s > LATE_S ? "late" : "" }, q.waiting ? seconds(q.longest_s) : "–"),
    make("td", {}, `${q.ready_calls} / ${q.ready_texts}`), make("td", {}, String(q.talking)),
    make("td", {}, percent(q.service_level)), make("td", {}, q.abandonment == null ? "–" : `${percent(q.abandonment)} (${q.abandoned})`), make("td", {}, seconds(q.mean_wait_s)),
    make("td", {}, String(q.turned_away ?? "–")), make("td", {}, String(q.not_answered)))));
  $("share").hidden = !view.queues.some(q => q.is_share);
  $("queues-shown").textContent = word("shown", { n: queues.length, all: view.queues_in_use }) + counted();
  redraw($("agents"), ...view.agents.map(a => make("tr", { "data-key": a.agent },
    make("td", {}, a.agent),
    make("td", {}, make("span", { class: `dot ${a.presence.replace(" ", "-")}` }), word(a.presence), a.presence === "not ready" ? ` · ${word(a.reason)}` : "", a.on_call ? ` · ${word("on call")}` : ""),
    make("td", {}, seconds(Math.max(0, view.at - a.since))), make("td", {}, String(a.contacts) + (a.writing_up ? ` (${word("writing_up", { n: a.writing_up })})` : "")), make("td", {}, percent(a.occupancy)),
    make("td", {}, String(a.answered)), make("td", {}, String(a.not_answered)),
    make("td", {}, ...(a.on_call ? MODES.map(mode =>
      make("button", { onclick: () => listen(a.agent, mode), "aria-pressed": String(ear.agent === a.agent && ear.mode === mode) }, word(mode))) : [])))));
  $("agents-shown").textContent = word("shown", { n: view.agents.length, all: view.agents_here }) + counted();
}

$("find").oninput = find;
$("stop").onclick = stop;
chosenBy($("language"), draw);
$("sign-out").onclick = async () => {
  if (!await live.signOut()) state(word("offline"));
};
draw();
$("who").textContent = (await (await fetch("/who")).json()).name;
