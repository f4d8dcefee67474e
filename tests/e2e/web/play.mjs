// node play.mjs hls|page URL SECONDS: plays a playlist with hls.js, or opens a player page, in headless Chromium until
// the video has moved on by four seconds or SECONDS have passed. Prints what was seen as one JSON object.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const [, , kind, url, seconds] = process.argv;
const WANTED_PROGRESS = 4;

// hls.js and its page come from a host of their own, so that the playlist is fetched across origins (CORS).
const script = readFileSync(new URL("node_modules/hls.js/dist/hls.js", import.meta.url));
const page = readFileSync(new URL("hls.html", import.meta.url));
const host = createServer((request, response) => {
  const isScript = request.url === "/hls.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : page);
});
await new Promise((listening) => host.listen(0, "127.0.0.1", listening));

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
});
const tab = await browser.newPage();
const faults = [];
tab.on("pageerror", (error) => faults.push(`page: ${error.message}`));
tab.on("requestfailed", (request) => faults.push(`request: ${request.url()} ${request.failure()?.errorText}`));
await tab.goto(kind === "hls" ? `http://127.0.0.1:${host.address().port}/?url=${encodeURIComponent(url)}` : url);

const look = () => tab.evaluate(() => {
  const video = document.querySelector("video");
  const quality = video?.getVideoPlaybackQuality();
  return video && {
    time: video.currentTime, width: video.videoWidth, height: video.videoHeight, frames: quality.totalVideoFrames,
    dropped: quality.droppedVideoFrames, audioBytes: video.webkitAudioDecodedByteCount, faults: window.faults ?? [],
  };
});
const deadline = Date.now() + 1000 * Number(seconds);
let first = null;
let last = null;
while (Date.now() < deadline) {
  last = await look();
  // Progress counts from the first frame shown: a live stream begins wherever its edge is.
  if (first === null && last?.frames > 0) first = last;
  if (first !== null && last.time - first.time >= WANTED_PROGRESS) break;
  await tab.waitForTimeout(100);
}
console.log(JSON.stringify({
  ...last, progress: first === null ? 0 : last.time - first.time, faults: [...faults, ...(last?.faults ?? [])],
}));
await browser.close();
host.close();
