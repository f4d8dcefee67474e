// node browser.mjs: headless Chromium, driven by lines of JSON on stdin ({op, …}), each answered by one on stdout
// ({value} or {error}). harness/browser.py is the other end.
//
// Requests to anything but loopback are refused and noted. What a page complains of is kept: uncaught errors and the
// console's, violations of the content security policy among them.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio"],
});
const pages = new Map();

async function open({ page: name, url, width = 1280, height = 720, mobile = false, dark = true, init = "" }) {
  const context = await browser.newContext({
    viewport: { width, height }, isMobile: mobile, hasTouch: mobile, deviceScaleFactor: mobile ? 2 : 1,
    colorScheme: dark ? "dark" : "light", locale: "en-GB", timezoneId: "UTC",
  });
  const tab = await context.newPage();
  const seen = { faults: [], outside: [], requests: [] };
  await context.route((requested) => !LOOPBACK.has(requested.hostname), (route) => {
    seen.outside.push(route.request().url());
    return route.abort();
  });
  tab.on("request", (request) => seen.requests.push(request.url()));
  tab.on("pageerror", (error) => seen.faults.push(`uncaught: ${error.message}`));
  // The browser reports each answer that is no 2xx, and each connection refused: both are what some tests are about.
  tab.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) seen.faults.push(message.text());
  });
  if (init) await tab.addInitScript(init);
  await tab.goto(url, { waitUntil: "load" });
  pages.set(name, { context, tab, seen });
}

// With `frame`, in the page's n-th iframe.
function place({ page, frame }) {
  const { tab } = pages.get(page);
  return frame === undefined ? tab : tab.frames()[frame + 1];
}

const operations = {
  open,
  evaluate: (command) => place(command).evaluate(command.script),
  press: ({ page, key }) => pages.get(page).tab.keyboard.press(key),
  click: (command) => place(command).click(command.selector, { timeout: command.timeout }),
  resize: ({ page, width, height }) => pages.get(page).tab.setViewportSize({ width, height }),
  // Answers requests whose address contains `part` with `body`.
  answer: ({ page, part, body }) => pages.get(page).context.route((url) => url.href.includes(part), (route) => route.fulfill({ body })),
  seen: ({ page }) => pages.get(page).seen,
  screenshot: async ({ page, path }) => { await pages.get(page).tab.screenshot({ path }); },
  close: async ({ page }) => {
    await pages.get(page).context.close();
    pages.delete(page);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const answer = await Promise.resolve(operations[command.op](command)).then(
    (value) => ({ value: value ?? null }), (error) => ({ error: error.message }));
  console.log(JSON.stringify(answer));
}
await browser.close();
