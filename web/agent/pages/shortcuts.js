// Keys of the desk. A key does what a person could do with the mouse now, and nothing else.

import { $, make } from "/pages/live.js";

const isShown = id => $(id).offsetParent !== null && !$(id).disabled;
const press = id => () => isShown(id) && $(id).click();
const send = id => () => isShown(id) && $(id).requestSubmit();
const go = id => () => isShown(id) && $(id).focus();

/** By key: the word for what it does, whose element that is, how. One for who rings is for whoever rings, also while another is looked at. */
const KEYS = {
  r: ["be_ready", "ready", press],
  a: ["answer", "answer", press, true],
  d: ["decline", "decline", press, true],
  c: ["call_again", "again", press],
  p: ["phone", "phone", press],
  h: ["hold", "hold", press],
  m: ["mute", "mute", press],
  t: ["hand_on", "hand-on", press],
  g: ["goods", "goods", go],
  o: ["place_order", "order", send],
  s: ["write", "text", go],
  f: ["finish", "finish", press],
  w: ["done", "wrap-up", send],
  k: ["keys_help", "help", press],
};
const NAMED = /^(Key|Digit)/;

/** `lookAtRinging()` shows who rings; `choose(n)` shows the n-th contact. */
export function listen({ lookAtRinging, choose }) {
  for (const [key, [, id]] of Object.entries(KEYS)) {
    const element = $(id).matches("form") ? $(id).querySelector("button") : $(id);
    element.title = named(key);
    element.setAttribute("aria-keyshortcuts", named(key));
  }
  document.addEventListener("keydown", event => {
    // Ctrl+Alt writes letters on some keyboards.
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const key = event.code.replace(NAMED, "").toLowerCase();
    if (/^[1-9]$/.test(key)) choose(Number(key));
    else if (key in KEYS) {
      const [, id, how, isForRinging] = KEYS[key];
      if (isForRinging) lookAtRinging();
      how(id)();
    } else return;
    event.preventDefault();
  });
}

/** The list of them, for people. */
export function listed(word) {
  return [...Object.entries(KEYS).map(([key, [name]]) => [named(key), name]), ["Alt+1…9", "contacts"]].flatMap(([key, name]) =>
    [make("dt", {}, make("kbd", {}, key)), make("dd", {}, word(name))]);
}

const named = key => `Alt+${key.toUpperCase()}`;
