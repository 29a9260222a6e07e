// The line below a page's header: what has happened, for a while, or what is so until it is otherwise.

import { $ } from "/pages/live.js";

const SHOWN_MS = 6_000;
let timer = 0;

/** What has happened. */
export function notice(text) {
  state(text);
  timer = setTimeout(() => state(""), SHOWN_MS);
}

/** What is so; "" for nothing. */
export function state(text) {
  keep();
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

/** What has happened goes on. */
export function keep() {
  clearTimeout(timer);
}
