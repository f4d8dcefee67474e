// Shows what is live. Reads, twice in five seconds and only while somebody looks:
//   readyz           {"status": "busy", "slots": {"total": 1, "free": 0}, "reasons": ["…"]}, whatever the HTTP status
//   api/v1/streams   {"http_port": 8080, "rtmp_port": 1935, "streams": [{"app", "stream", "state", "since", "session",
//                    "video", "audio", "bits_per_second"}]}; since: RFC 3339; video and audio: words for people, or null
//   api/v1/version   {"version": "…"}, once
// Every word of it goes into the page as text, never as markup.
'use strict';
(() => {
  const INTERVAL_MS = 2500;
  const STATUS_CLASS = { ready: 'good', busy: 'busy', starting: 'warn', draining: 'warn', degraded: 'bad', finished: 'bad', stalled: 'bad' };
  const STREAM_CLASS = { publishing: 'good', away: 'warn', ended: '' };
  const element = (id) => document.getElementById(id);

  function make(tag, text = '', className = '') {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function duration(since) {
    let seconds = Math.max(0, Math.floor((Date.now() - new Date(since)) / 1000));
    if (!Number.isFinite(seconds)) return '';
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

  function playerLink(stream, port) {
    const link = make('a', `${stream.app}/${stream.stream}`);
    const url = new URL(`/${encodeURIComponent(stream.app)}/${encodeURIComponent(stream.stream)}/`, location.href);
    url.port = port;
    link.href = url.href;
    link.target = '_blank';
    link.rel = 'noopener';
    return link;
  }

  function row(stream, port) {
    const line = make('tr');
    const cell = (content, className = '') => {
      const made = make('td', '', className);
      made.append(content);
      line.append(made);
    };
    cell(playerLink(stream, port));
    cell(make('span', stream.state, `pill ${STREAM_CLASS[stream.state] ?? ''}`));
    cell(duration(stream.since));
    cell(stream.video ?? '–');
    cell(stream.audio ?? '–');
    cell(rate(stream.bits_per_second), 'number');
    cell(stream.session ?? '', 'session');
    return line;
  }

  function showReadiness(readiness) {
    const { status, slots, reasons } = readiness;
    element('state').textContent = status;
    element('state').className = `pill ${STATUS_CLASS[status] ?? ''}`;
    element('slots').textContent = `${slots.free} of ${slots.total} publisher ${slots.total === 1 ? 'slot' : 'slots'} free`;
    element('reasons').replaceChildren(...(reasons ?? []).map((reason) => make('li', reason)));
    document.title = `${status} · sluice`;
  }

  function showStreams({ streams, http_port: httpPort, rtmp_port: rtmpPort }) {
    element('streams').replaceChildren(...streams.map((stream) => row(stream, httpPort)));
    element('empty').hidden = streams.length > 0;
    element('publish').textContent = `rtmp://${location.hostname}${rtmpPort === 1935 ? '' : `:${rtmpPort}`}/live/NAME`;
  }

  async function read(path) {
    const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    return response.json();
  }

  let lastAnswer = Date.now();
  async function refresh() {
    if (document.hidden) return;
    try {
      const [readiness, streams] = await Promise.all([read('readyz'), read('api/v1/streams')]);
      showReadiness(readiness);
      showStreams(streams);
      lastAnswer = Date.now();
      element('problem').hidden = true;
    } catch {
      element('problem').textContent = `The server has not answered for ${duration(lastAnswer)}. What stands here is from before.`;
      element('problem').hidden = false;
    }
  }

  // One after the other, so that a slow server is not asked twice at once.
  async function refreshForever() {
    await refresh();
    setTimeout(refreshForever, INTERVAL_MS);
  }

  document.addEventListener('visibilitychange', refresh);
  read('api/v1/version').then(({ version }) => { element('version').textContent = `sluice ${version}`; }, () => {});
  refreshForever();
})();
