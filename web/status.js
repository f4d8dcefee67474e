// Shows what is live and how the last publishes ended. Asks every few seconds, and only while somebody looks. Every word
// of the answers goes into the page as text, never as markup.
import { Picture, renewForever } from './status-pictures.js';

const INTERVAL_MS = 2500;
const PATIENCE_MS = 5000;
const SILENT_SECONDS = 2; // a publisher that sends nothing for so long is worth a word
const STATUS_CLASS = { ready: 'good', busy: 'busy', starting: 'warn', draining: 'warn', degraded: 'bad', finished: 'bad', stalled: 'bad' };
const STREAM_CLASS = { publishing: 'good', away: 'warn' };
const CALM_ENDS = ['unpublished', 'closed', 'drained', 'deleted', 'taken_over'];
const CHANNELS = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };
const element = (id) => document.getElementById(id);

function make(tag, className = '', ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

function link(text, href, outside = true) {
  const made = make('a', '', text);
  made.href = href;
  if (outside) {
    made.target = '_blank';
    made.rel = 'noopener';
  }
  return made;
}

function duration(time) {
  let seconds = Math.max(0, Math.floor(time));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  seconds %= 60;
  const two = (number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function rate(bitsPerSecond) {
  if (!(bitsPerSecond > 0)) return '–';
  return bitsPerSecond < 1e6 ? `${Math.round(bitsPerSecond / 1e3)} kb/s` : `${(bitsPerSecond / 1e6).toFixed(2)} Mb/s`;
}

function size(bytes) {
  if (!(bytes >= 0)) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step > 1 ? 1 : 0)} ${units[step]}`;
}

function moment(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return String(text ?? '–');
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString() : time.toLocaleString();
}

function describe(track, frameRate) {
  const words = [track.codec ?? '?'];
  if (track.width) words.push(`${track.width}×${track.height}`);
  if (track.kind === 'video' && frameRate) words.push(`${Math.round(frameRate * 100) / 100} fps`);
  if (track.sample_rate) words.push(`${track.sample_rate / 1000} kHz`);
  if (track.channels) words.push(CHANNELS[track.channels] ?? `${track.channels} channels`);
  return words.join(' ');
}

// One stream: made once and kept up to date, so that its picture stays and nothing flickers.
class Row {
  #pill = make('span');
  #since = make('span', 'quiet');
  #name = link('', '');
  #tracks = make('div', 'tracks');
  #links = make('div', 'links');
  #rate = make('div', 'rate');
  #frame = make('a', 'picture');

  constructor(observer) {
    this.picture = new Picture(this.#frame);
    this.#frame.target = '_blank';
    this.#frame.rel = 'noopener';
    this.#frame.tabIndex = -1;
    this.line = make('li', 'stream', this.#frame,
      make('div', '', make('div', 'title', this.#name, this.#pill, this.#since), this.#tracks, this.#links), this.#rate);
    this.line.picture = this.picture;
    observer.observe(this.line);
  }

  update(stream, media) {
    const name = `${stream.app}/${stream.stream}`;
    const silent = stream.state === 'publishing' && stream.silent_seconds > SILENT_SECONDS;
    this.line.dataset.state = stream.state;
    this.#name.textContent = name;
    this.#name.href = this.#frame.href = media(stream.player);
    this.#frame.ariaLabel = `Play ${name}`;
    this.#pill.textContent = silent ? 'silent' : stream.state;
    this.#pill.className = `pill ${silent ? 'warn' : STREAM_CLASS[stream.state] ?? ''}`;
    this.#since.textContent = silent ? `no media for ${duration(stream.silent_seconds)}` : `for ${duration(stream.state_seconds)}`;
    this.#tracks.textContent = (stream.tracks ?? []).map((track) => describe(track, stream.frame_rate)).join(' · ') || 'no media yet';
    const publishing = stream.state === 'publishing';
    this.#rate.replaceChildren(publishing ? rate(stream.bits_per_second) : '–',
      make('small', '', `${Math.round(stream.listed_seconds ?? 0)} s to play`));
    this.#showLinks(stream, media);
    this.picture.update(stream);
  }

  // Only when they differ: a link that is replaced under the mouse cannot be clicked.
  #showLinks(stream, media) {
    const key = JSON.stringify([media(stream.playlist), stream.session]);
    if (this.#links.dataset.key === key) return;
    this.#links.dataset.key = key;
    const api = `api/v1/streams/${encodeURIComponent(stream.app)}/${encodeURIComponent(stream.stream)}`;
    this.#links.replaceChildren(link('player', media(stream.player)), link('playlist', media(stream.playlist)), link('details', api),
      make('span', '', `session ${stream.session ?? ''}`));
  }
}

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) entry.target.picture.inView = entry.isIntersecting;
}, { rootMargin: '100px' });
const rows = new Map();

function showStreams(streams, media) {
  const names = new Set();
  streams.forEach((stream, place) => {
    const name = `${stream.app}/${stream.stream}`;
    names.add(name);
    if (!rows.has(name)) rows.set(name, new Row(observer));
    const row = rows.get(name);
    row.update(stream, media);
    const there = element('streams').children[place];
    if (there !== row.line) element('streams').insertBefore(row.line, there ?? null);
  });
  for (const [name, row] of rows) {
    if (names.has(name)) continue;
    observer.unobserve(row.line);
    row.line.remove();
    rows.delete(name);
  }
  const live = streams.filter((stream) => stream.state === 'publishing');
  element('live').textContent = live.length;
  element('ingest').textContent = rate(live.reduce((sum, stream) => sum + (stream.bits_per_second || 0), 0));
  element('empty').hidden = streams.length > 0;
}

function showReadiness({ status, slots, reasons }) {
  element('state').textContent = status;
  element('state').className = `pill ${STATUS_CLASS[status] ?? ''}`;
  element('slots').textContent = `${slots.free} of ${slots.total} free`;
  element('reasons').replaceChildren(...(reasons ?? []).map((reason) => make('li', '', reason)));
  document.title = `${status} · sluice`;
}

function endLine(end) {
  const line = make('tr');
  const cell = (className, ...content) => line.append(make('td', className, ...content));
  const pill = make('span', `pill ${CALM_ENDS.includes(end.reason) ? '' : 'warn'}`, String(end.reason ?? '?'));
  cell('when', moment(end.ended));
  cell('name', `${end.app}/${end.stream}`);
  cell('reason', pill, make('span', 'why', end.detail ?? ''));
  cell('lasted number', duration(end.seconds));
  cell('media number', size(end.bytes));
  cell('encoder', end.address ?? '–');
  line.title = `${end.ended}, session ${end.session}, ${end.packets} packets`;
  return line;
}

let shownEnds = '';
function showEnds(ends) {
  const key = JSON.stringify(ends);
  if (key === shownEnds) return;
  shownEnds = key;
  element('ends').replaceChildren(...ends.map(endLine));
  element('ends-table').hidden = ends.length === 0;
  element('no-ends').hidden = ends.length > 0;
}

class Unreachable extends Error {}

async function read(path) {
  const text = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((response) => response.text())
    .catch((error) => { throw new Unreachable(error.message); });
  return JSON.parse(text);
}

// The other listeners are on this host, at the ports they were really given.
function follow(listeners) {
  const port = (name) => listeners.find(({ listener }) => listener === name)?.port;
  const rtmp = port('rtmp');
  element('publish').textContent = `rtmp://${location.hostname}${rtmp && rtmp !== 1935 ? `:${rtmp}` : ''}/live/NAME`;
  return (path) => new URL(path, `http://${location.hostname}:${port('http')}`).href;
}

let heard = null; // when the server last answered
let knowsVersion = false;

async function refresh() {
  const paths = ['readyz', 'api/v1/listeners', 'api/v1/streams', 'api/v1/ends'];
  const [readiness, { listeners }, { streams }, { ends }] = await Promise.all(paths.map(read));
  if (!knowsVersion) element('version').textContent = (await read('api/v1/version')).version;
  knowsVersion = true;
  showReadiness(readiness);
  showStreams(streams, follow(listeners));
  showEnds(ends);
}

function showProblem(error) {
  const since = heard ? `since ${new Date(heard).toLocaleTimeString()}, ${duration((Date.now() - heard) / 1000)} ago` : 'at all so far';
  element('problem').textContent = error instanceof Unreachable
    ? `The server has not answered ${since}. ${heard ? 'What stands here is from then. ' : ''}Trying again…`
    : `The server's answer cannot be understood (${error.message}).`;
  element('problem').hidden = false;
  document.body.dataset.stale = true;
  knowsVersion = false; // whatever answers next may be another
}

// One after the other, so that a slow server is not asked twice at once; at once when somebody looks again.
let wake = () => {};
document.addEventListener('visibilitychange', () => wake());

async function refreshForever() {
  for (;;) {
    if (!document.hidden) {
      try {
        await refresh();
        heard = Date.now();
        element('problem').hidden = true;
        document.body.dataset.stale = false;
      } catch (error) {
        showProblem(error);
      }
    }
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, INTERVAL_MS);
    });
  }
}

function* pictures() {
  for (const row of rows.values()) yield row.picture;
}

refreshForever();
renewForever(pictures);
