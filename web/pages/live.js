// A WebSocket that comes back by itself: JSON out, JSON in.

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
const OPEN_MS_MAX = 10_000;
const ANSWER_MS_MAX = 3_000;

export class Live {
  /** `heard(message)` for each message; `changed(isOpen)` when the connection comes or goes; `may(who)`: whether this person may have the page. */
  constructor(path, { heard, changed, may = () => true }) {
    this._path = path;
    this._heard = heard;
    this._changed = changed;
    this._may = may;
    this._retry = RETRY_MS_MIN;
    this._isDone = false;
    // A network may fail without a word, and a socket believes in it for minutes.
    addEventListener("offline", () => this.check());
    addEventListener("online", () => this._isOpen() ? this.check() : this.again());
    document.addEventListener("visibilitychange", () => document.hidden || this.check());
    this._open();
  }

  /** Whether it was sent; what is not is not kept, for the person sees that the line is down. */
  tell(message) {
    if (!this._isOpen()) return false;
    this._socket.send(JSON.stringify(message));
    return true;
  }

  /** Begin anew: whatever the other end holds of this page is told again. */
  again() {
    if (this._isDone) return;
    this._leave();
    this._changed?.(false);
    this._open();
  }

  /** Ask the other end whether it is there; where nothing comes back, begin anew. */
  check() {
    if (!this._checking && this.tell({ kind: "here" })) this._expect(ANSWER_MS_MAX);
  }

  /** Sign this person out and leave; false where the server cannot be reached. */
  async signOut() {
    try {
      await fetch("/sign-out", { method: "POST" });
    } catch {
      return false;
    }
    this.close();
    location.assign("/sign-in");
    return true;
  }

  close() {
    this._isDone = true;
    this._leave();
  }

  /** Leave the socket as it is, without waiting for its other end. */
  _leave() {
    clearTimeout(this._later);
    this._stopChecking();
    this._socket.onopen = this._socket.onmessage = this._socket.onclose = null;
    this._socket.close();
  }

  _isOpen() {
    return this._socket.readyState === WebSocket.OPEN;
  }

  _expect(withinMs) {
    this._checking = setTimeout(() => this.again(), withinMs);
  }

  _stopChecking() {
    clearTimeout(this._checking);
    this._checking = 0;
  }

  _open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = this._socket = new WebSocket(`${scheme}://${location.host}${this._path}`);
    let wasOpen = false;
    this._expect(OPEN_MS_MAX);
    socket.onopen = () => { wasOpen = true; this._retry = RETRY_MS_MIN; this._stopChecking(); this._changed?.(true); };
    socket.onmessage = event => {
      this._stopChecking();
      const message = JSON.parse(event.data);
      if (message.kind !== "here") this._heard(message);
    };
    socket.onclose = async () => {
      this._stopChecking();
      this._changed?.(false);
      // Refused at the door: who may not come in cannot by waiting.
      const to = wasOpen ? null : await elsewhere(this._may);
      if (this._isDone || this._socket !== socket) return;
      if (to) {
        this.close();
        location.assign(to);
        return;
      }
      // Jittered, so that a floor of agents does not come back in one moment.
      this._later = setTimeout(() => this._open(), this._retry * (0.5 + Math.random() / 2));
      this._retry = Math.min(this._retry * 2, RETRY_MS_MAX);
    };
  }
}

/** Where whoever may not see this page has to go; null for who may, and while the server is away. */
async function elsewhere(may) {
  try {
    const answer = await fetch("/who", { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (answer.status === 401) return `/sign-in?to=${encodeURIComponent(location.pathname)}`;
    return answer.ok && !may(await answer.json()) ? "/" : null;
  } catch {
    return null;
  }
}

/** The page's own element with this id. */
export const $ = id => document.getElementById(id);

/** An element with attributes and children; text children are text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
