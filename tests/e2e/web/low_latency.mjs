// node low_latency.mjs PLAYER URL [PLAYER URL]…: plays each URL with its player (hls.js, hls.js-1.5 or shaka), all of
// them at once in one headless Chromium, until its stdin ends. Prints {"playing": INDEX} when a player shows its first
// picture, and at the end an array of what each page has seen (see low_latency.html), with the player's version. A line on
// its stdin asks for the array of what has been seen so far.
// Those of one URL start together, and the next URL's when they play: starting is the hardest work of a browser.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const pairs = process.argv.slice(2);
const files = {
  "/hls.js": "node_modules/hls.js/dist/hls.min.js",
  "/hls.js-1.5": "node_modules/hls.js-1.5/dist/hls.min.js",
  "/shaka": "node_modules/shaka-player/dist/shaka-player.compiled.js",
  "/low_latency.html": "low_latency.html",
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

const asked = createInterface({ input: process.stdin });
const ended = new Promise((resolve) => asked.once("close", resolve));

async function start(index) {
  const [player, url] = pairs.slice(2 * index, 2 * index + 2);
  const tab = await browser.newPage({ viewport: { width: 340, height: 200 } });
  const faults = [];
  tab.on("pageerror", (error) => faults.push([Date.now() / 1000, "fatal", `page: ${error.message}`]));
  await tab.goto(`http://127.0.0.1:${host.address().port}/low_latency.html?player=${player}&url=${encodeURIComponent(url)}`);
  const playing = tab.waitForFunction("seen.playing", undefined, { timeout: 0 }).then(
    () => console.log(JSON.stringify({ playing: index })), () => {});
  return { tab, faults, playing };
}

async function look({ tab, faults }) {
  const seen = await tab.evaluate("({ ...seen, version: window.version ?? null })");
  seen.events.push(...faults);
  return seen;
}

async function finish(one) {
  const seen = await look(one);
  await one.tab.close();
  await one.playing;
  return seen;
}

const started = [];
asked.on("line", async () => console.log(JSON.stringify(await Promise.all(started.map(look)))));
const urls = pairs.filter((_, index) => index % 2 === 1);
for (const url of new Set(urls)) {
  const these = await Promise.all(urls.flatMap((other, index) => (other === url ? [start(index)] : [])));
  started.push(...these);
  await Promise.race([Promise.all(these.map(({ playing }) => playing)), ended]);
}
await ended;
console.log(JSON.stringify(await Promise.all(started.map(finish))));
await browser.close();
host.close();
