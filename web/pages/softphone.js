// One call's sound in a browser: microphone out, shop or buyer in, keys as telephone-events (RFC 4733).

const GATHER_MS_MAX = 2_000;
const TONE_MS = 120;
const GAP_MS = 60;
const WANTED = { audio: { echoCancellation: true, noiseSuppression: true } };

export class Softphone {
  /**
   * `sound` is the audio element that plays. `events` may have `up()` and `down()`, `shaky()` for a network that fails,
   * and `microphone()` when there is one or none from now on.
   */
  constructor(sound, events = {}) {
    this.isSilent = false;
    this.isUp = false;
    this._sound = sound;
    this._events = events;
    this._isMuted = false;
    this._line = new RTCPeerConnection();
    this._line.onconnectionstatechange = () => this._changed();
    this._line.ontrack = event => {
      sound.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      play(sound);
    };
    this._seek = () => this._again();
    navigator.mediaDevices?.addEventListener("devicechange", this._seek);
    navigator.permissions?.query({ name: "microphone" }).then(
      permission => { (this._permission = permission).onchange = this._seek; }, () => {});
  }

  /** Our description, with every address that was found in time; null if it was closed meanwhile. */
  async offer() {
    const microphone = await this._open();
    if (this._isOver) { stop(microphone); return null; }
    this._use(microphone);
    this._sender = this._line.addTrack(microphone.getAudioTracks()[0], microphone);
    await this._line.setLocalDescription(await this._line.createOffer());
    await new Promise(done => {
      const check = () => this._line.iceGatheringState === "complete" && done();
      this._line.onicegatheringstatechange = check;
      setTimeout(done, GATHER_MS_MAX);
      check();
    });
    return this._isOver ? null : this._line.localDescription.sdp;
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
    this._isMuted = isMuted;
    for (const track of this._microphone?.getAudioTracks() ?? []) track.enabled = !isMuted;
  }

  close() {
    this._isOver = true;
    this._events = {};
    navigator.mediaDevices?.removeEventListener("devicechange", this._seek);
    if (this._permission) this._permission.onchange = null;
    this._line.close();
    if (this._microphone) stop(this._microphone);
    this._context?.close();
    this._sound.srcObject = null;
  }

  /** The microphone, or silence where there is none or it was refused: keys work without. */
  async _open() {
    try {
      return await navigator.mediaDevices.getUserMedia(WANTED);
    } catch {
      this.isSilent = true;
      return this._silence();
    }
  }

  _silence() {
    this._context ??= new AudioContext();
    return this._context.createMediaStreamDestination().stream;
  }

  /** A microphone may have been plugged in or allowed since. */
  async _again() {
    if (!this.isSilent || !this._sender) return;
    const microphone = await navigator.mediaDevices.getUserMedia(WANTED).catch(() => null);
    if (!microphone) return;
    if (this._isOver || !this.isSilent) { stop(microphone); return; }
    this.isSilent = false;
    this._use(microphone);
    await this._sender.replaceTrack(microphone.getAudioTracks()[0]);
    this._events.microphone?.();
  }

  _use(microphone) {
    this._microphone = microphone;
    this.mute(this._isMuted);
    const [track] = microphone.getAudioTracks();
    track.onended = async () => {
      if (this._isOver) return;
      this.isSilent = true;
      this._events.microphone?.();
      // The other end takes who sends nothing for one who has no network.
      const silence = this._silence();
      this._use(silence);
      await this._sender.replaceTrack(silence.getAudioTracks()[0]);
      this._again();
    };
  }

  _changed() {
    const state = this._line.connectionState;
    if (state === "connected") {
      this.isUp = true;
      this._events.up?.();
    } else if (state === "disconnected") {
      this._events.shaky?.();
    } else if (state === "failed" || state === "closed") {
      this._events.down?.();
    }
  }
}

/** A browser plays nothing before the person has touched a page that was opened without them. */
async function play(sound) {
  try {
    await sound.play();
  } catch (error) {
    if (error.name !== "NotAllowedError") return;
    for (const touch of ["pointerdown", "keydown"]) {
      addEventListener(touch, () => sound.srcObject && play(sound), { once: true });
    }
  }
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
