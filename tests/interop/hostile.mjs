// An SMSC made of npm's `smpp` that misbehaves, driven by lines of JSON: what phones write comes in, what they hear goes out, and what
// became of each text. What goes wrong is drawn by chance from a seed, by shares such as 0.1: one of ten.
//
//   lost_answer          our answer to a text is never read: its connection is destroyed, and what it had not answered is brought again
//   lost_receipt_answer  the same with our answer to a receipt
//   taken_and_dropped    a submit_sm is taken, and its connection destroyed in place of an answer
//   throttled, full      a submit_sm is refused, ESME_RTHROTTLED or ESME_RMSGQFUL
//   early, twice         receipts that overtake submit_sm_resp; that come twice, by any two connections
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_MODULES, "package.json"));
const smpp = require("smpp");
const faults = JSON.parse(process.argv[2]);

const AGAIN_MS = 1000; // After a temporary error.
const RECEIPT_MS = 50;
const PARTS_KEPT_MAX = 1000;
const FOR_NOW = new Set([smpp.ESME_RTHROTTLED, smpp.ESME_RMSGQFUL, smpp.ESME_RX_T_APPN, smpp.ESME_RSYSERR]);

const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const count = { dropped: 0, throttled: 0, full: 0, taken_and_dropped: 0, early: 0, twice: 0, receipts: 0, errors: 0 };

// mulberry32, public domain.
let state = faults.seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

// One of each so many, at a place drawn by chance: no run is without.
const runs = {};
function happens(fault) {
  if (!faults[fault]) return false;
  const length = Math.round(1 / faults[fault]);
  const run = (runs[fault] ??= { at: length, place: 0 });
  if (run.at >= length) Object.assign(run, { at: 0, place: Math.floor(random() * length) });
  return run.at++ === run.place;
}

// --- to the shop ---

const bound = new Map(); // Sessions, with what each has not answered.
const lines = new Map(); // By phone, or by receipt: what waits, first to last; the first may be under way.
let turn = 0;

function bring(key, delivery) {
  const line = lines.get(key) ?? [];
  lines.set(key, line);
  line.push({ key, isUnderWay: false, ...delivery });
  goOn(line);
}

function goOn(line) {
  const sessions = [...bound.keys()];
  // A line may have come to its end since a timer was set.
  if (!line?.length || line[0].isUnderWay || !sessions.length) return;
  const first = line[0];
  const session = sessions[turn++ % sessions.length];
  first.isUnderWay = true;
  bound.get(session).add(first);
  session.deliver_sm(first.pdu, (pdu) => answered(session, first, pdu.command_status));
}

function answered(session, delivery, status) {
  const unanswered = bound.get(session);
  if (!unanswered?.has(delivery)) return; // It was destroyed: nothing more is read of it.
  if (happens(delivery.from ? "lost_answer" : "lost_receipt_answer")) {
    count.dropped += 1;
    drop(session);
    return;
  }
  unanswered.delete(delivery);
  delivery.isUnderWay = false;
  const again = FOR_NOW.has(status);
  if (delivery.from) tell({ answered: delivery.from, ok: status === 0, again });
  if (again) {
    if (delivery.from) tell({ repeated: delivery.from });
    setTimeout(() => goOn(lines.get(delivery.key)), AGAIN_MS);
    return;
  }
  const line = lines.get(delivery.key);
  line.shift();
  if (line.length) goOn(line);
  else lines.delete(delivery.key);
}

function drop(session) {
  const unanswered = bound.get(session);
  if (unanswered === undefined) return;
  bound.delete(session);
  session.pause();
  session.destroy();
  tell({ bound: bound.size });
  for (const delivery of unanswered) {
    delivery.isUnderWay = false;
    if (delivery.from) tell({ repeated: delivery.from });
  }
  for (const delivery of unanswered) goOn(lines.get(delivery.key));
}

// --- from the shop ---

let messageId = 0;
const parts = new Map(); // Of long texts, by phone, sender and reference.

function submitted(session, pdu) {
  if (!bound.has(session)) return;
  for (const [fault, status] of [["throttled", smpp.ESME_RTHROTTLED], ["full", smpp.ESME_RMSGQFUL]]) {
    if (happens(fault)) {
      count[fault] += 1;
      session.send(pdu.response({ command_status: status }));
      return;
    }
  }
  messageId += 1;
  show(pdu);
  if (happens("taken_and_dropped")) {
    count.taken_and_dropped += 1;
    drop(session);
    return;
  }
  const id = messageId.toString(16).toUpperCase();
  if (pdu.registered_delivery & 1) {
    const isEarly = happens("early");
    count.early += isEarly;
    if (isEarly) receipt(id, pdu);
    else setTimeout(() => receipt(id, pdu), RECEIPT_MS);
  }
  session.send(pdu.response({ message_id: id }));
}

function receipt(id, pdu) {
  const isTwice = happens("twice");
  count.twice += isTwice;
  for (let copy = 0; copy <= isTwice; copy += 1) {
    count.receipts += 1;
    bring(`${id}/${copy}`, {
      pdu: {
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
        receipted_message_id: id,
        message_state: smpp.MESSAGE_STATE.DELIVERED,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2611261200 done date:2611261200 stat:DELIVRD err:000 text:`,
      },
    });
  }
}

function show(pdu) {
  const { message, udh } = pdu.short_message;
  const text = typeof message === "string" ? message : message.toString("latin1");
  const header = udh?.find((part) => part[0] === 0);
  if (header === undefined) {
    hear(pdu, text);
    return;
  }
  const [reference, total, number] = header.subarray(2);
  const key = `${pdu.destination_addr} ${pdu.source_addr} ${reference}`;
  const found = parts.get(key) ?? [];
  parts.delete(key);
  found[number - 1] = text;
  if (found.filter((part) => part !== undefined).length === total) {
    hear(pdu, found.join(""));
    return;
  }
  parts.set(key, found);
  if (parts.size > PARTS_KEPT_MAX) parts.delete(parts.keys().next().value);
}

const hear = (pdu, text) => tell({ heard: pdu.destination_addr, code: pdu.source_addr, text });

// --- connections ---

const server = smpp.createServer({}, (session) => {
  session.on("bind_transceiver", (pdu) => {
    session.send(pdu.response({ system_id: "npm" }));
    bound.set(session, new Set());
    tell({ bound: bound.size });
    for (const line of lines.values()) goOn(line);
  });
  session.on("submit_sm", (pdu) => submitted(session, pdu));
  session.on("enquire_link", (pdu) => bound.has(session) && session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on("close", () => drop(session));
  session.on("error", (error) => {
    // A line that breaks under it is what we are here for; what it cannot read is not.
    if (!error.code) {
      count.errors += 1;
      tell({ trouble: error.message });
    }
    drop(session);
  });
});

server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));

createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, to, text } = JSON.parse(line);
  bring(from, { from, pdu: { source_addr: from, destination_addr: to, short_message: text } });
}).on("close", () => {
  tell({ count });
  process.stdout.end(() => process.exit(0));
});
