// The player's buttons, keys and gestures. `player` is what player.js offers: video, toggle(), goLive(), behind(), span().

const IDLE_MS = 3000;
const STEP_SECONDS = 5;
const element = (id) => document.getElementById(id);

export class Controls {
  #player;
  #idleTimer = 0;
  #panelShown = false;

  constructor(player, panelShown) {
    this.#player = player;
    const { video } = player;
    element('play').addEventListener('click', () => player.toggle());
    element('start').addEventListener('click', () => player.toggle());
    element('mute').addEventListener('click', () => this.#setMuted(!video.muted));
    element('unmute').addEventListener('click', () => this.#setMuted(false));
    element('volume').addEventListener('input', ({ target }) => {
      video.volume = Number(target.value);
      video.muted = video.volume === 0;
    });
    element('live').addEventListener('click', () => player.goLive());
    element('seek').addEventListener('change', ({ target }) => player.seek(Number(target.value)));
    element('figures').addEventListener('click', () => this.#showPanel(!this.#panelShown));
    element('fullscreen').addEventListener('click', () => this.#toggleFullscreen());
    element('fullscreen').hidden = !(document.fullscreenEnabled || document.webkitFullscreenEnabled || video.webkitSupportsFullscreen);
    for (const event of ['volumechange', 'play', 'pause']) video.addEventListener(event, () => this.#reflect());
    this.#followPointer();
    addEventListener('keydown', (event) => this.#onKey(event));
    this.#showPanel(panelShown);
    this.#reflect();
    this.#wake();
  }

  // Shows `figures` where there is room for them, and whether a jump to the live edge is worth offering.
  show(latency, rate, all) {
    const behind = this.#player.behind();
    element('live').hidden = this.#player.isWhole();
    element('live').dataset.behind = behind;
    element('live').setAttribute('aria-label', behind ? 'Go live' : 'Live');
    element('live').querySelector('span').textContent = behind ? 'GO LIVE' : 'LIVE';
    this.#showSpan(this.#player.span());
    element('latency').textContent = latency;
    element('rate').textContent = rate;
    const state = document.body.dataset.state;
    element('unmute').hidden = !(state === 'playing' && this.#player.video.muted);
    element('start').hidden = state !== 'blocked';
    element('panel').hidden = !(this.#panelShown && ['playing', 'paused', 'stalled'].includes(state));
    if (!element('panel').hidden) this.#fillPanel(all());
  }

  #showSpan(span) {
    const seek = element('seek');
    seek.hidden = span === null;
    if (span === null || seek.matches(':active')) return;
    [seek.min, seek.value, seek.max] = span;
    seek.value = span[1]; // again: it was held to the old end
    seek.setAttribute('aria-valuetext', `${Math.max(0, Math.round(span[2] - span[1]))} seconds before the end`);
  }

  #fillPanel(figures) {
    element('panel').replaceChildren(...figures.flatMap(([name, value]) => {
      const term = document.createElement('dt');
      const description = document.createElement('dd');
      term.textContent = name;
      description.textContent = value;
      return [term, description];
    }));
  }

  #showPanel(shown) {
    this.#panelShown = shown;
    element('figures').setAttribute('aria-expanded', shown);
    if (!shown) element('panel').hidden = true;
  }

  #setMuted(muted) {
    const { video } = this.#player;
    video.muted = muted;
    if (!muted && video.volume === 0) video.volume = 1;
    if (!muted) this.#player.resume();
  }

  #reflect() {
    const { video } = this.#player;
    document.body.dataset.paused = video.paused;
    document.body.dataset.muted = video.muted;
    element('play').setAttribute('aria-label', video.paused ? 'Play' : 'Pause');
    element('mute').setAttribute('aria-label', video.muted ? 'Sound on' : 'Sound off');
    element('volume').value = video.muted ? 0 : video.volume;
  }

  #toggleFullscreen() {
    const { video } = this.#player;
    const root = element('player');
    if (document.fullscreenElement ?? document.webkitFullscreenElement) {
      (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
    } else if (root.requestFullscreen ?? root.webkitRequestFullscreen) {
      (root.requestFullscreen ?? root.webkitRequestFullscreen).call(root)?.catch(() => {});
    } else {
      video.webkitEnterFullscreen?.(); // an iPhone lets only the video fill the screen
    }
  }

  #wake() {
    document.body.dataset.idle = false;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => { document.body.dataset.idle = true; }, IDLE_MS);
  }

  // A mouse pauses with a click; a finger only brings the bar back, or sends it away.
  #followPointer() {
    addEventListener('pointermove', (event) => { if (event.pointerType === 'mouse') this.#wake(); });
    addEventListener('focusin', () => this.#wake());
    for (const id of ['video', 'cover']) {
      element(id).addEventListener('pointerup', (event) => {
        if (event.pointerType !== 'mouse') {
          const wasIdle = document.body.dataset.idle === 'true';
          this.#wake();
          if (!wasIdle) document.body.dataset.idle = true;
        } else if (event.button === 0) {
          this.#player.toggle();
        }
      });
    }
    element('video').addEventListener('dblclick', () => this.#toggleFullscreen());
    element('bar').addEventListener('pointerup', () => this.#wake());
    // A button that was clicked gives the focus back: Space is to pause again, not to press it once more.
    addEventListener('click', (event) => { if (event.detail > 0) event.target.closest?.('button')?.blur(); });
  }

  #onKey(event) {
    this.#wake();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { video } = this.#player;
    const on = event.target instanceof Element ? event.target : document.body;
    // A focused button is pressed by Space and Enter, a slider moved by the arrows: that is the browser's.
    if (on.closest('button') && (event.key === ' ' || event.key === 'Enter')) return;
    if (on.closest('input') && event.key.startsWith('Arrow')) return;
    const actions = {
      ' ': () => this.#player.toggle(),
      k: () => this.#player.toggle(),
      m: () => this.#setMuted(!video.muted),
      f: () => this.#toggleFullscreen(),
      l: () => this.#player.goLive(),
      i: () => this.#showPanel(!this.#panelShown),
      ArrowLeft: () => this.#player.seekBy(-STEP_SECONDS),
      ArrowRight: () => this.#player.seekBy(STEP_SECONDS),
      ArrowUp: () => { video.volume = Math.min(1, video.volume + 0.1); },
      ArrowDown: () => { video.volume = Math.max(0, video.volume - 0.1); },
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
