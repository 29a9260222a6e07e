// The desk's headset: one line for the working day, put on whenever one is needed; the floor puts calls on it.

import { Softphone } from "/pages/softphone.js";

const RETRY_MS = 10_000;

export class Headset {
  /**
   * `sound` is the audio element that plays. `needed()`: whether there should be a line now; `offers({offer, number})` takes our
   * description to the floor; `changed()`; `shaky()` for a network that fails.
   */
  constructor(sound, { needed, offers, changed, shaky }) {
    this.isMuted = false;
    this._sound = sound;
    this._needed = needed;
    this._offers = offers;
    this._events = { up: changed, microphone: changed, shaky, down: () => { this.takeOff(); this.see(); changed(); } };
    this._phone = null;
    /** Of the latest line: an answer may be to one that was hung up on since. */
    this._number = 0;
    this._later = 0;
  }

  /** The name of the words that say how it stands. */
  get state() {
    if (!this._phone?.isUp) return "line_none";
    return this._phone.isSilent ? "line_silent" : "line_up";
  }

  /** Put it on, if one is needed. */
  see() {
    return this._needed() ? this.putOn() : undefined;
  }

  async putOn() {
    if (this._phone || this._later) return;
    const number = ++this._number;
    this._phone = new Softphone(this._sound, this._events);
    this._phone.mute(this.isMuted);
    const offer = await this._phone.offer();
    if (offer && number === this._number) this._offers({ offer, number });
  }

  /** The floor's answer. */
  answered({ number, answer }) {
    if (number === this._number) this._phone?.answered(answer);
  }

  /** The floor has no line for us. */
  refused({ number }) {
    if (number === this._number) this.takeOff(RETRY_MS);
  }

  /** The other end is gone: another one, where there was one. */
  renew() {
    if (!this._phone) return;
    this.takeOff();
    this.putOn();
  }

  /** No sooner than `restMs` from now is another put on. */
  takeOff(restMs = 0) {
    this._phone?.close();
    this._phone = null;
    this._number += 1;
    clearTimeout(this._later);
    this._later = restMs && setTimeout(() => { this._later = 0; this.see(); }, restMs);
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    this._phone?.mute(isMuted);
  }
}
