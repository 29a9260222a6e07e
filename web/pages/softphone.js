// One call's sound in a browser: microphone out, shop or buyer in, keys as telephone-events (RFC 4733).

const GATHER_MS_MAX = 2_000;
const TONE_MS = 120;
const GAP_MS = 60;

export class Softphone {
  /** `sound` is the audio element that plays; `events` may have `up()` and `down()`. */
  constructor(sound, events = {}) {
    this.isSilent = false;
    this.isUp = false;
    this.isHeld = false;
    this._sound = sound;
    this._events = events;
    this._line = new RTCPeerConnection();
    this._line.onconnectionstatechange = () => this._changed();
    this._line.ontrack = event => { sound.srcObject = event.streams[0] ?? new MediaStream([event.track]); };
  }

  /** Our description, with every address that was found in time. */
  async offer() {
    this._microphone = await this._open();
    const track = this._microphone.getAudioTracks()[0];
    this._sender = this._line.addTrack(track, this._microphone);
    await this._line.setLocalDescription(await this._line.createOffer());
    await new Promise(done => {
      const check = () => this._line.iceGatheringState === "complete" && done();
      this._line.onicegatheringstatechange = check;
      setTimeout(done, GATHER_MS_MAX);
      check();
    });
    return this._line.localDescription.sdp;
  }

  /** The other end's description. */
  answered(sdp) {
    return this._line.setRemoteDescription({ type: "answer", sdp });
  }

  /** Send a key; whether there is a call to send it on. */
  press(key) {
    if (!this.isUp || !this._sender.dtmf) return false;
    this._sender.dtmf.insertDTMF(this._sender.dtmf.toneBuffer + key, TONE_MS, GAP_MS);
    return true;
  }

  /** Let the other end hear us or not. */
  mute(isMuted) {
    for (const track of this._microphone?.getAudioTracks() ?? []) track.enabled = !isMuted;
  }

  close() {
    this._events = {};
    this._line.close();
    for (const track of this._microphone?.getTracks() ?? []) track.stop();
    this._context?.close();
    this._sound.srcObject = null;
  }

  /** The microphone, or silence where there is none or it was refused: keys work without. */
  async _open() {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch {
      this.isSilent = true;
      this._context = new AudioContext();
      return this._context.createMediaStreamDestination().stream;
    }
  }

  _changed() {
    const state = this._line.connectionState;
    if (state === "connected") {
      this.isUp = true;
      this._events.up?.();
    } else if (state === "failed" || state === "closed") {
      this._events.down?.();
    }
  }
}
