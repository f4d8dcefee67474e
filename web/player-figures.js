// What the player knows of itself: how far it is behind live, the bit rate, the picture, the buffer.

// How much the server's clock is ahead of this device's, in milliseconds. A Date header is true to the second, so each
// one only bounds it; where the bounds leave room for it, the two clocks are taken for the same.
export class ServerClock {
  #low = -Infinity;
  #high = Infinity;

  // `date` and `age` are header fields; `sent` and `received` are this device's Date.now() of the request and the answer.
  note(date, age, sent, received) {
    const told = Date.parse(date ?? '');
    if (!Number.isFinite(told)) return;
    // What lay in a cache is older than its Date says: it bounds one side only.
    const low = told - received;
    const high = Number(age) > 0 ? Infinity : told + 1000 - sent;
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
    if (this.#low > this.#high) [this.#low, this.#high] = [low, high]; // a clock was set meanwhile
  }

  get ahead() { return Math.min(Math.max(0, this.#low), this.#high); }
}

// The bit rate is that of so much media: of several groups of pictures.
const RATE_SECONDS = 10;

const rateText = (bits) => (bits < 1e6 ? `${Math.round(bits / 1e3)} kb/s` : `${(bits / 1e6).toFixed(2)} Mb/s`);

export class Figures {
  clock = new ServerClock();
  #video;
  #fragments = []; // {bytes, seconds} of the last few, or of the last few parts of them
  #frames = { count: 0, at: 0, rate: 0 };

  constructor(video) { this.#video = video; }

  restart() { this.#fragments = []; }

  noteFragment(bytes, seconds) {
    if (!(bytes > 0 && seconds > 0)) return;
    this.#fragments.push({ bytes, seconds });
    const sum = () => this.#fragments.reduce((total, fragment) => total + fragment.seconds, 0);
    while (sum() > RATE_SECONDS && this.#fragments.length > 1) this.#fragments.shift();
  }

  bitsPerSecond() {
    const sum = (key) => this.#fragments.reduce((total, fragment) => total + fragment[key], 0);
    return this.#fragments.length > 0 ? sum('bytes') * 8 / sum('seconds') : NaN;
  }

  // Seconds between the moment the server had what is on the screen and now. The playlist dates its media; where it
  // does not, or the dates are ahead of the clock, this is the distance to the end of the playlist.
  behindLive(hls) {
    const started = this.#video.getStartDate?.();
    const shown = hls ? hls.playingDate?.getTime() : started?.getTime() + this.#video.currentTime * 1000;
    const behind = (Date.now() + this.clock.ahead - shown) / 1000;
    if (behind >= 0) return behind;
    return hls?.latency > 0 ? hls.latency : NaN;
  }

  bufferedSeconds() {
    const { buffered, currentTime } = this.#video;
    for (let i = 0; i < buffered.length; ++i) {
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) > currentTime) return buffered.end(i) - currentTime;
    }
    return 0;
  }

  #framesPerSecond(total) {
    const now = performance.now();
    const { count, at } = this.#frames;
    if (total < count || now - at > 5000) this.#frames = { count: total, at: now, rate: 0 };
    else if (now - at >= 2000) this.#frames = { count: total, at: now, rate: (total - count) / (now - at) * 1000 };
    return this.#frames.rate;
  }

  latencyText(hls) {
    const behind = this.behindLive(hls);
    return Number.isFinite(behind) ? `${behind.toFixed(1)} s behind live` : '';
  }

  rateText() {
    const bits = this.bitsPerSecond();
    return Number.isFinite(bits) ? rateText(bits) : '';
  }

  // [name, value] of everything there is to tell.
  all(hls, container) {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const quality = this.#video.getVideoPlaybackQuality?.();
    const frameRate = quality ? this.#framesPerSecond(quality.totalVideoFrames) : 0;
    const level = hls?.levels?.[hls.currentLevel] ?? hls?.levels?.[0];
    const codecs = [level?.videoCodec, level?.audioCodec].filter(Boolean).join(', ');
    const low = hls?.lowLatencyMode && hls.latestLevelDetails?.partTarget ? ', low latency' : '';
    const skew = this.clock.ahead / 1000;
    return [
      ['Behind live', this.latencyText(hls).replace(' behind live', '')],
      ['Bit rate', this.rateText()],
      ['Picture', width > 0 ? `${width}×${height}${frameRate > 0 ? `, ${frameRate.toFixed(1)} fps` : ''}` : 'none'],
      ['Frames dropped', quality ? `${quality.droppedVideoFrames} of ${quality.totalVideoFrames}` : ''],
      ['Buffer', `${this.bufferedSeconds().toFixed(1)} s`],
      ['Codecs', codecs],
      ['Played by', hls ? `hls.js, ${container === 'ts' ? 'MPEG-TS' : 'fMP4'}${low}` : 'the browser'],
      ['Clock', Math.abs(skew) >= 0.5 ? `this device's is ${Math.abs(skew).toFixed(1)} s ${skew > 0 ? 'behind' : 'ahead'}` : ''],
    ].filter(([, value]) => value);
  }
}
