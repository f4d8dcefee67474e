// Shows what is live. Asks every few seconds, and only while somebody looks: readyz, api/v1/streams, and api/v1/config for
// the ports of the players' pages and of the publishers. Every word of the answers goes into the page as text, never as
// markup.
'use strict';
(() => {
  const INTERVAL_MS = 2500;
  const STATUS_CLASS = { ready: 'good', busy: 'busy', starting: 'warn', draining: 'warn', degraded: 'bad', finished: 'bad', stalled: 'bad' };
  const STREAM_CLASS = { publishing: 'good', away: 'warn', ended: '' };
  const CHANNELS = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };
  const element = (id) => document.getElementById(id);

  function make(tag, text = '', className = '') {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function duration(time) {
    let seconds = Math.floor(time);
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

  function describe(track, frameRate) {
    const words = [track.codec];
    if (track.width) words.push(`${track.width}×${track.height}`);
    if (track.kind === 'video' && frameRate) words.push(`${Math.round(frameRate * 100) / 100} fps`);
    if (track.sample_rate) words.push(`${track.sample_rate / 1000} kHz`);
    if (track.channels) words.push(CHANNELS[track.channels] ?? `${track.channels} channels`);
    return words.join(' ');
  }

  function describeAll(stream, kind) {
    const tracks = stream.tracks.filter((track) => track.kind === kind);
    return tracks.map((track) => describe(track, stream.frame_rate)).join(', ') || '–';
  }

  function portOf(address) {
    return address.slice(address.lastIndexOf(':') + 1);
  }

  function playerLink(stream, port) {
    const link = make('a', `${stream.app}/${stream.stream}`);
    const url = new URL(stream.player, location.href);
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
    cell(duration(stream.state_seconds));
    cell(describeAll(stream, 'video'));
    cell(describeAll(stream, 'audio'));
    cell(rate(stream.bits_per_second), 'number');
    cell(stream.session, 'session');
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

  function showStreams({ streams }, config) {
    element('streams').replaceChildren(...streams.map((stream) => row(stream, portOf(config.http.listen))));
    element('empty').hidden = streams.length > 0;
    const rtmpPort = portOf(config.rtmp.listen);
    element('publish').textContent = `rtmp://${location.hostname}${rtmpPort === '1935' ? '' : `:${rtmpPort}`}/live/NAME`;
  }

  async function read(path) {
    const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    return response.json();
  }

  let lastAnswer = Date.now();
  async function refresh() {
    if (document.hidden) return;
    try {
      const [readiness, streams, config] = await Promise.all(['readyz', 'api/v1/streams', 'api/v1/config'].map(read));
      showReadiness(readiness);
      showStreams(streams, config);
      lastAnswer = Date.now();
      element('problem').hidden = true;
    } catch {
      element('problem').textContent = `The server has not answered for ${duration((Date.now() - lastAnswer) / 1000)}. What stands here is from before.`;
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
