// Plays the stream this page belongs to (/APP/STREAM/) for as long as the page is open: before it starts, while its
// publisher is away, over restarts of the server, and when it begins anew after its end.
//
// What it is doing stands in <body data-state>:
//   connecting   the server or the stream is being asked for      stalled      nothing moves; its publisher may be away
//   waiting      there is no such stream yet                      ended        until it begins again
//   playing                                                       unsupported  the browser has no decoder for it
//   paused       by the viewer                                    blocked      the browser wants a click first
// ?container=ts plays MPEG-TS instead of fMP4; ?muted=0 tries to start with sound; ?figures=1 begins with the figures.
// ?view=dvr, ?view=range/FROM/TO and ?view=sessions/SESSION play what was recorded, with a slider to seek by.
import { Controls } from './player-controls.js';
import { Figures } from './player-figures.js';

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 10000;
const STALL_MS = 3000;    // without progress: say so
const REBUILD_MS = 20000; // without progress: begin anew
const MEDIA_RECOVERIES_MAX = 2;
const BEHIND_SECONDS = 4; // beyond what is usual: offer a jump to the live edge
const CATCH_UP_RATE = 1.05;

const { Hls } = window;
const element = (id) => document.getElementById(id);
const video = element('video');
const query = new URLSearchParams(location.search);
const container = query.get('container') === 'ts' ? 'ts' : 'fmp4';
const page = new URL(location.pathname.replace(/\/*$/, '/'), location.href);
const view = /^(dvr|range\/[0-9TZ]+\/([0-9TZ]+|now)|sessions\/[0-9a-fTZ-]+)$/.exec(query.get('view') ?? '')?.[0];
const source = new URL(`${view ? `${view}/` : ''}${container}/index.m3u8`, page).href;
const [app, stream] = page.pathname.split('/').slice(-3);
document.title = `${decodeURIComponent(app)}/${decodeURIComponent(stream)}`;

const figures = new Figures(video);
let hls = null;
let native = false;
let playlist = '';        // the multivariant playlist that is being played
let asked = 0;            // counts connect(): only the newest one's answer matters
let wantsPause = false;   // the viewer had paused what was interrupted
let attempt = 0;          // failed ones since something last played
let retryTimer = 0;
let recoveries = 0;
let progress = { position: -1, at: 0 };

const state = () => document.body.dataset.state;
// Nothing to do but wait for another stream of this name: the page does not flicker meanwhile.
const settled = () => state() === 'ended' || state() === 'unsupported';

function show(name, message = '', detail = '') {
  document.body.dataset.state = name;
  element('message').textContent = message;
  element('detail').textContent = detail;
}

function close() {
  clearTimeout(retryTimer);
  if (hls) hls.destroy();
  hls = null;
  if (native) {
    video.removeAttribute('src');
    video.load();
  }
  native = false;
  figures.restart();
}

// After a failure: each further attempt waits longer, a little unevenly, so that a thousand viewers do not come back to a
// restarted server in the same instant.
function retry(retryAfterSeconds = 0) {
  clearTimeout(retryTimer);
  const backoff = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(attempt++, 10));
  const wait = Math.max(backoff, Math.min(retryAfterSeconds * 1000, RETRY_MAX_MS));
  retryTimer = setTimeout(connect, wait * (0.8 + 0.4 * Math.random()));
}

async function fetchPlaylist() {
  const sent = Date.now();
  const response = await fetch(source, { cache: 'no-cache', signal: AbortSignal.timeout(20000) });
  figures.clock.note(response.headers.get('Date'), response.headers.get('Age'), sent, Date.now());
  return { status: response.status, retryAfter: Number(response.headers.get('Retry-After')) || 0, text: await response.text() };
}

// What tells one stream from another: bit rates are measured anew all the time.
const identity = (text) => text.replace(/(AVERAGE-)?BANDWIDTH=\d+,?/g, '');

async function connect() {
  const number = ++asked;
  let answer;
  try {
    answer = await fetchPlaylist();
  } catch {
    if (number !== asked) return;
    if (!settled()) show('connecting', 'The server cannot be reached', 'Trying again…');
    return retry();
  }
  if (number !== asked) return;
  if (answer.status !== 200) {
    if (!settled()) show('waiting', view ? 'Nothing of this is recorded' : 'The stream has not started yet', 'It will play here as soon as it does.');
    return retry(answer.retryAfter);
  }
  // An ended stream keeps its playlist for a while; a new one has another.
  if (settled() && identity(answer.text) === identity(playlist)) return retry();
  playlist = answer.text;
  open();
}

function open() {
  close();
  recoveries = 0;
  progress = { position: -1, at: performance.now() };
  show('connecting', 'Connecting…');
  if (Hls?.isSupported()) {
    openWithHls();
  } else if (video.canPlayType('application/vnd.apple.mpegurl')) {
    native = true;
    video.src = source;
  } else {
    return show('unsupported', 'This browser cannot play the stream', 'It supports neither Media Source Extensions nor HLS.');
  }
  play();
}

function openWithHls() {
  // A little faster, until what a stall cost is made good. Who has gone back in a recording wants no hurry.
  hls = new Hls({ backBufferLength: 30, maxLiveSyncPlaybackRate: view ? 1 : CATCH_UP_RATE });
  hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag, part, stats }) => figures.noteFragment(stats.total, (part ?? frag).duration));
  hls.on(Hls.Events.LEVEL_LOADED, (_, { networkDetails, stats }) => noteClock(networkDetails, stats));
  hls.on(Hls.Events.MANIFEST_PARSED, play);
  hls.on(Hls.Events.ERROR, (_, error) => onError(error));
  hls.loadSource(source);
  hls.attachMedia(video);
}

function noteClock(request, stats) {
  if (!(request instanceof XMLHttpRequest)) return;
  const wall = Date.now() - performance.now();
  figures.clock.note(request.getResponseHeader('Date'), request.getResponseHeader('Age'), wall + stats.loading.start,
    wall + stats.loading.first);
}

function onError(error) {
  if (!error.fatal) return;
  const { MANIFEST_INCOMPATIBLE_CODECS_ERROR, BUFFER_ADD_CODEC_ERROR, BUFFER_INCOMPATIBLE_CODECS_ERROR } = Hls.ErrorDetails;
  if ([MANIFEST_INCOMPATIBLE_CODECS_ERROR, BUFFER_ADD_CODEC_ERROR, BUFFER_INCOMPATIBLE_CODECS_ERROR].includes(error.details)) {
    return giveUp();
  }
  if (error.type === Hls.ErrorTypes.MEDIA_ERROR && recoveries++ < MEDIA_RECOVERIES_MAX) return hls.recoverMediaError();
  fail();
}

function giveUp() {
  close();
  const codecs = /CODECS="([^"]*)"/.exec(playlist)?.[1].replace(/,/g, ', ');
  show('unsupported', 'This browser cannot play the stream', codecs ? `It has no decoder for ${codecs}.` : '');
  attempt = 3;
  retry();
}

function fail() {
  wantsPause = wantsPause || state() === 'paused';
  close();
  show('connecting', 'The stream was interrupted', 'Trying again…');
  retry();
}

async function play() {
  if (wantsPause) return;
  try {
    await video.play();
  } catch (reason) {
    if (reason.name !== 'NotAllowedError') return;
    // A browser that refuses sound without a click may still play without it.
    if (!video.muted) {
      video.muted = true;
      return play();
    }
    hls?.stopLoad();
    show('blocked', 'Press to play');
  }
}

function resume() {
  wantsPause = false;
  hls?.startLoad(-1);
  if (state() === 'blocked') show('connecting', 'Connecting…');
  progress.at = performance.now();
  play();
}

function end() {
  close();
  attempt = 2;
  show('ended', 'The stream has ended', 'Should it begin again, it will play here.');
  retry();
}

// Behind a hole in the media (the publisher was away) nothing moves until somebody jumps over it.
function jumpOverHole() {
  for (let i = 0; i < video.buffered.length; ++i) {
    if (video.buffered.start(i) > video.currentTime + 0.1) {
      video.currentTime = video.buffered.start(i) + 0.05;
      return;
    }
  }
}

// The playlist has ended, and behind this point it lists only gaps: the publisher was waited for in vain.
function isOver() {
  const details = hls?.latestLevelDetails;
  return details && !details.live && !details.fragments.some(({ gap, end: until }) => !gap && until > video.currentTime + 0.5);
}

function watch() {
  if ((!hls && !native) || state() === 'blocked') return;
  const now = performance.now();
  const moved = video.currentTime !== progress.position;
  if (moved || (video.paused && video.readyState >= 2)) {
    progress = { position: video.currentTime, at: now };
    const next = video.paused ? 'paused' : 'playing';
    if (video.readyState >= 2 && state() !== next) {
      attempt = 0;
      show(next);
    }
    return;
  }
  const still = now - progress.at;
  if (still > STALL_MS && isOver()) return end();
  if (still > REBUILD_MS) return fail();
  if (still > STALL_MS && state() === 'playing') {
    show('stalled', 'Waiting for the stream', 'Its publisher may be reconnecting.');
  }
  if (still > STALL_MS) jumpOverHole();
}

// A recording that nothing is added to.
const isWhole = () => view !== undefined && (native ? Number.isFinite(video.duration) : hls?.latestLevelDetails?.live === false);

// The end of what can be played, where a player that begins now would begin.
function livePosition() {
  if (hls && !isWhole()) return hls.liveSyncPosition;
  return video.seekable.length > 0 ? video.seekable.end(video.seekable.length - 1) : null;
}

const player = {
  video,
  isWhole,
  resume,
  toggle() {
    if (video.paused) resume();
    else if (hls || native) video.pause();
  },
  goLive() {
    const position = livePosition();
    if (Number.isFinite(position) && player.behind()) video.currentTime = position;
    if (video.paused) resume();
  },
  seekBy(seconds) {
    if (video.seekable.length === 0) return;
    const last = livePosition() ?? video.currentTime;
    const wanted = Math.min(video.currentTime + seconds, Math.max(last, video.currentTime));
    video.currentTime = Math.max(wanted, video.seekable.start(0));
  },
  // What can be sought, when there is more than a live window of it: [start, position, end] in seconds.
  span() {
    if (!view || video.seekable.length === 0) return null;
    return [video.seekable.start(0), video.currentTime, livePosition() ?? video.seekable.end(video.seekable.length - 1)];
  },
  seek(seconds) {
    video.currentTime = seconds;
    progress.at = performance.now();
  },
  behind() {
    if (!hls && !native) return false;
    const position = livePosition();
    return video.paused || (Number.isFinite(position) && position - video.currentTime > BEHIND_SECONDS);
  },
};
const controls = new Controls(player, query.get('figures') === '1');

function tick() {
  watch();
  controls.show(figures.latencyText(hls), figures.rateText(), () => figures.all(hls, container));
}

// A recording stays, to be gone back in.
video.addEventListener('ended', () => { if (!isWhole()) end(); });
video.addEventListener('error', () => { if (native) fail(); });
// A network that came back need not wait for the backoff.
addEventListener('online', () => { if (!hls && !native) connect(); });
setInterval(tick, 500);
video.muted = query.get('muted') !== '0';
connect();
