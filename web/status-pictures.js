// Pictures of the streams. The server decodes nothing: it hands out the newest key frame as a tiny film of one frame
// (GET api/v1/streams/APP/STREAM/picture), and this browser decodes it. One at a time, only of rows that are in view,
// only while the page is, and only when there is a new one.

const RENEW_MS = 10000;   // how old a picture gets before the next is fetched
const PAUSE_MS = 250;     // between two fetches
const PATIENCE_MS = 5000; // for one answer, and for one frame to be decoded
const WIDTH = 384;
const HEIGHT = 216;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export class Picture {
  canvas = document.createElement('canvas');
  note = document.createElement('span');
  inView = false;
  #frame;
  #url = '';
  #codec = '';
  #name = '';
  #msn = null;
  #shownMsn = null;
  #triedAt = -Infinity;

  // `frame` is the element it stands in.
  constructor(frame) {
    this.#frame = frame;
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    frame.append(this.canvas, this.note);
  }

  // What the API says of the stream now.
  update(stream) {
    const video = (stream.tracks ?? []).find((track) => track.kind === 'video' && (track.track ?? 0) === 0);
    this.#url = (stream.picture ?? '').replace(/^\//, '');
    this.#msn = stream.last_msn ?? null;
    this.#codec = video?.rfc6381 ?? '';
    this.#name = video?.codec ?? '';
    if (this.#msn === null) this.note.textContent = 'no picture yet';
    else if (!video) this.#clear('sound only');
    else if (!this.#decodable()) this.#clear(`${this.#name}: not in this browser`);
    else if (this.#shownMsn === null) this.note.textContent = '…';
  }

  isDue(now) {
    return this.inView && this.#url !== '' && this.#name !== '' && this.#msn !== null && this.#msn !== this.#shownMsn &&
      now - this.#triedAt >= RENEW_MS && this.#decodable();
  }

  async renew(decoder) {
    this.#triedAt = performance.now();
    const msn = this.#msn;
    const response = await fetch(this.#url, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) return;
    const link = URL.createObjectURL(await response.blob());
    try {
      await decoder.show(link);
      this.#draw(decoder.video);
      this.#shownMsn = msn;
    } finally {
      URL.revokeObjectURL(link);
    }
  }

  #decodable() {
    return this.#codec === '' || document.createElement('video').canPlayType(`video/mp4; codecs="${this.#codec}"`) !== '';
  }

  #clear(note) {
    this.note.textContent = note;
    this.#shownMsn = null;
    this.#frame.dataset.shown = false;
  }

  // Whole, with bars where its shape is another.
  #draw(video) {
    const { videoWidth: width, videoHeight: height } = video;
    const scale = Math.min(WIDTH / width, HEIGHT / height);
    const context = this.canvas.getContext('2d');
    context.fillStyle = '#0b0d10';
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.drawImage(video, (WIDTH - width * scale) / 2, (HEIGHT - height * scale) / 2, width * scale, height * scale);
    this.#frame.dataset.shown = true;
  }
}

// The one <video> that all pictures are decoded with; it is not on the page.
class Decoder {
  video = document.createElement('video');

  constructor() {
    this.video.muted = this.video.playsInline = this.video.autoplay = true;
    this.video.preload = 'auto';
  }

  // Resolves when the frame can be drawn. "loadeddata" alone is early: what is drawn then may still be black.
  async show(link) {
    const { video } = this;
    const events = new AbortController();
    const { signal } = events;
    try {
      await new Promise((resolve, reject) => {
        const presented = () => { if (video.readyState >= 2) resolve(); };
        video.requestVideoFrameCallback?.(presented);
        video.addEventListener('ended', presented, { signal });
        video.addEventListener('error', () => reject(new Error('the frame cannot be decoded')), { signal });
        setTimeout(() => reject(new Error('the frame took too long')), PATIENCE_MS);
        video.src = link;
      });
    } finally {
      events.abort();
    }
  }

  rest() {
    this.video.removeAttribute('src');
    this.video.load();
  }
}

// Renews what `pictures()` gives, for ever.
export async function renewForever(pictures) {
  const decoder = new Decoder();
  for (;;) {
    const due = document.hidden ? null : [...pictures()].find((picture) => picture.isDue(performance.now()));
    if (due) {
      // A stream that ended meanwhile, a server that is away: the page says so elsewhere, and the picture stays.
      await due.renew(decoder).catch(() => {});
      decoder.rest();
    }
    await pause(PAUSE_MS);
  }
}
