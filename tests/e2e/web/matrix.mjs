// node matrix.mjs WANTED SECONDS PLAYER URL [PLAYER URL]…: plays each URL with its player (hls.js, shaka, video.js or
// native), all of them at once in one headless Chromium. Prints a line of JSON a player, in the order in which they are
// done: when it has moved on by WANTED seconds, has failed for good, or SECONDS have passed.
//
// "samples" are [wall clock, media time, frames decoded, bytes of audio decoded], seconds both; "faults" is what the
// player complained about.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const [, , wanted, seconds, ...pairs] = process.argv;
const files = {
  "/hls.js": "node_modules/hls.js/dist/hls.js",
  "/shaka.js": "node_modules/shaka-player/dist/shaka-player.compiled.js",
  "/video.js": "node_modules/video.js/dist/video.js",
  "/player.html": "player.html",
};

// Players and their page come from a host of their own, so that everything of sluice is fetched across origins (CORS).
const host = createServer((request, response) => {
  const file = files[request.url.split("?")[0]];
  response.writeHead(file ? 200 : 404, { "content-type": file?.endsWith(".js") ? "text/javascript" : "text/html" });
  response.end(file ? readFileSync(new URL(file, import.meta.url)) : "");
});
await new Promise((listening) => host.listen(0, "127.0.0.1", listening));

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows"],
});

function look() {
  const video = document.querySelector("video");
  return {
    time: video?.currentTime ?? 0, frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
    audio: video?.webkitAudioDecodedByteCount ?? 0, faults: window.faults, fatal: window.fatal,
  };
}

async function watch(player, url) {
  const tab = await browser.newPage({ viewport: { width: 400, height: 240 } });
  const faults = [];
  tab.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  await tab.goto(`http://127.0.0.1:${host.address().port}/player.html?player=${player}&url=${encodeURIComponent(url)}`);
  const samples = [];
  const deadline = Date.now() + 1000 * Number(seconds);
  let last;
  while (Date.now() < deadline) {
    last = await tab.evaluate(look);
    if (last.frames > 0 || last.audio > 0) samples.push([Date.now() / 1000, last.time, last.frames, last.audio]);
    const moved = samples.length > 0 ? last.time - samples[0][1] : 0;
    if (last.fatal || moved >= Number(wanted)) break;
    await tab.waitForTimeout(250);
  }
  await tab.close();
  console.log(JSON.stringify({ player, url, samples, fatal: last.fatal, faults: [...faults, ...last.faults] }));
}

const watches = [];
for (let at = 0; at < pairs.length; at += 2) watches.push(watch(pairs[at], pairs[at + 1]));
await Promise.all(watches);
console.log(JSON.stringify({ browser: browser.version() }));
await browser.close();
host.close();
