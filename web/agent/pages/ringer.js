// A ring that a person hears in another window: two tones, two seconds apart, until answered.

const EVERY_MS = 2_000;
const TONES_HZ = [440, 480];

export class Ringer {
  ring(isRinging) {
    if (isRinging === Boolean(this._timer)) return;
    if (!isRinging) { clearInterval(this._timer); this._timer = 0; return; }
    this._timer = setInterval(() => this._sound(), EVERY_MS);
    this._sound();
  }

  _sound() {
    this._context ??= new AudioContext();
    // As with any sound, see play in softphone.js.
    if (this._context.state === "suspended") this._context.resume();
    const { currentTime: now, destination } = this._context;
    for (const frequency of TONES_HZ) {
      const tone = new OscillatorNode(this._context, { frequency });
      const volume = new GainNode(this._context, { gain: 0.05 });
      tone.connect(volume).connect(destination);
      tone.start(now);
      tone.stop(now + 0.8);
    }
  }
}
