// Plays the stream this page belongs to (/APP/STREAM/) for as long as the page is open: before it starts, while its
// publisher is away, over restarts of the server, and when it begins anew after its end.
//
// What it is doing stands in <body data-state>: connecting, waiting, playing, stalled, ended, unsupported.
// ?container=ts plays MPEG-TS instead of fMP4; ?muted=0 tries to start with sound.
'use strict';
(() => {
  const RETRY_MIN_MS = 1000;
  const RETRY_MAX_MS = 10000;
  const STALL_MS = 3000;    // without progress: say so
  const REBUILD_MS = 20000; // without progress: begin anew
  const MEDIA_RECOVERIES_MAX = 2;

  const element = (id) => document.getElementById(id);
  const video = element('video');
  const query = new URLSearchParams(location.search);
  const container = query.get('container') === 'ts' ? 'ts' : 'fmp4';
  const page = new URL(location.pathname.replace(/\/*$/, '/'), location.href);
  const source = new URL(`${container}/index.m3u8`, page).href;
  const [app, stream] = page.pathname.split('/').slice(-3);
  document.title = `${decodeURIComponent(app)}/${decodeURIComponent(stream)}`;

  let hls = null;
  let native = false;
  let playlist = '';        // the multivariant playlist that is being played
  let attempt = 0;          // failed ones since something last played
  let retryTimer = 0;
  let recoveries = 0;
  let progress = { position: -1, at: 0 };
  let fragments = [];       // {bytes, seconds} of the last few, for the bit rate

  function show(state, message = '', detail = '') {
    document.body.dataset.state = state;
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
    fragments = [];
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
    const response = await fetch(source, { cache: 'no-cache', signal: AbortSignal.timeout(20000) });
    return { status: response.status, retryAfter: Number(response.headers.get('Retry-After')) || 0, text: await response.text() };
  }

  async function connect() {
    const wasEnded = document.body.dataset.state === 'ended';
    let answer;
    try {
      answer = await fetchPlaylist();
    } catch {
      if (!wasEnded) show('connecting', 'The server cannot be reached', 'Trying again…');
      return retry();
    }
    if (answer.status !== 200) {
      if (!wasEnded) show('waiting', 'The stream has not started yet', 'It will play here as soon as it does.');
      return retry(answer.retryAfter);
    }
    // An ended stream keeps its playlist for a while; a new one has another.
    if (wasEnded && answer.text === playlist) return retry();
    playlist = answer.text;
    open();
  }

  function open() {
    close();
    recoveries = 0;
    progress = { position: -1, at: performance.now() };
    show('connecting', 'Connecting…');
    if (window.Hls && Hls.isSupported()) {
      openWithHls();
    } else if (video.canPlayType('application/vnd.apple.mpegurl')) {
      native = true;
      video.src = source;
    } else {
      return show('unsupported', 'This browser cannot play the stream', 'It supports neither Media Source Extensions nor HLS.');
    }
    video.muted = query.get('muted') !== '0';
    play();
  }

  function openWithHls() {
    hls = new Hls({ backBufferLength: 30 });
    hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag, stats }) => {
      if (!(frag.duration > 0) || !stats.total) return;
      fragments = [...fragments.slice(-4), { bytes: stats.total, seconds: frag.duration }];
    });
    hls.on(Hls.Events.MANIFEST_PARSED, play);
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR && recoveries++ < MEDIA_RECOVERIES_MAX) return hls.recoverMediaError();
      fail();
    });
    hls.loadSource(source);
    hls.attachMedia(video);
  }

  function fail() {
    close();
    show('connecting', 'The stream was interrupted', 'Trying again…');
    retry();
  }

  function play() {
    // A browser that refuses sound without a click still plays without it.
    video.play().catch((reason) => {
      if (reason.name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      video.play().catch(() => {});
    });
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

  function watch() {
    if (!hls && !native) return;
    const now = performance.now();
    if (video.currentTime !== progress.position || (video.paused && document.body.dataset.state === 'playing')) {
      progress = { position: video.currentTime, at: now };
      if (video.readyState >= 2 && document.body.dataset.state !== 'playing') {
        attempt = 0;
        show('playing');
      }
      return;
    }
    const still = now - progress.at;
    if (still > REBUILD_MS) return fail();
    if (still > STALL_MS && document.body.dataset.state === 'playing') {
      show('stalled', 'Waiting for the stream', 'Its publisher may be reconnecting.');
    }
    if (still > STALL_MS) jumpOverHole();
  }

  function figures() {
    const parts = [];
    if (hls && Number.isFinite(hls.latency) && hls.latency > 0) parts.push(`${hls.latency.toFixed(1)} s behind`);
    const seconds = fragments.reduce((sum, fragment) => sum + fragment.seconds, 0);
    const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes, 0);
    if (seconds > 0) parts.push(`${(bytes * 8 / seconds / 1e6).toFixed(2)} Mb/s`);
    return parts.join(' · ');
  }

  function tick() {
    watch();
    const playing = document.body.dataset.state === 'playing';
    element('badge').hidden = !playing;
    element('figures').textContent = playing ? figures() : '';
    element('unmute').hidden = !(playing && video.muted);
  }

  video.addEventListener('ended', end);
  video.addEventListener('error', () => { if (native) fail(); });
  element('unmute').addEventListener('click', () => { video.muted = false; play(); });
  // A network that came back need not wait for the backoff.
  addEventListener('online', () => { if (!hls && !native) connect(); });
  setInterval(tick, 500);
  connect();
})();
