// A WebSocket that comes back by itself: JSON out, JSON in.

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;

export class Live {
  /** `heard(message)` for each message; `changed(isOpen)` when the connection comes or goes. */
  constructor(path, { heard, changed }) {
    this._path = path;
    this._heard = heard;
    this._changed = changed;
    this._retry = RETRY_MS_MIN;
    this._isDone = false;
    this._open();
  }

  /** Whether it was sent; what is not is not kept, for the person sees that the line is down. */
  tell(message) {
    if (this._socket.readyState !== WebSocket.OPEN) return false;
    this._socket.send(JSON.stringify(message));
    return true;
  }

  /** Begin anew: whatever the other end holds of this page is told again. */
  again() {
    this._socket.close();
  }

  close() {
    this._isDone = true;
    this._socket.close();
  }

  _open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this._socket = new WebSocket(`${scheme}://${location.host}${this._path}`);
    this._socket.onopen = () => { this._retry = RETRY_MS_MIN; this._changed?.(true); };
    this._socket.onmessage = event => this._heard(JSON.parse(event.data));
    let wasOpen = false;
    this._socket.addEventListener("open", () => { wasOpen = true; });
    this._socket.onclose = async () => {
      if (this._isDone) return;
      this._changed?.(false);
      // Refused at the door: whoever is signed out cannot come back by waiting.
      if (!wasOpen && await isSignedOut()) {
        this.close();
        location.assign(`/sign-in?to=${encodeURIComponent(location.pathname)}`);
        return;
      }
      // Jittered, so that a floor of agents does not come back in one moment.
      setTimeout(() => this._open(), this._retry * (0.5 + Math.random() / 2));
      this._retry = Math.min(this._retry * 2, RETRY_MS_MAX);
    };
  }
}

async function isSignedOut() {
  try {
    return (await fetch("/who")).status === 401;
  } catch {
    return false; // The server is away: it is tried again.
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
