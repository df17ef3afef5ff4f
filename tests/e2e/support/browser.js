// SPDX-License-Identifier: Apache-2.0
// Drives Debian's Chromium for support/browser.py: one JSON command a line on standard input, one JSON answer a line on
// standard output, in any order. Ends with its input.
"use strict";
const readline = require("readline");
const { chromium } = require("playwright-core");

const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

const pages = new Map();
let browser = null;

const commands = {
  async start({ executable }) {
    browser = await chromium.launch({ executablePath: executable, chromiumSandbox: false, args: FLAGS });
    return browser.version();
  },
  // A page with connections, cookies and cache of its own, or a further tab `beside` another page. `settings` are
  // playwright's of a context: locale, viewport, javaScriptEnabled…
  async open({ page, url, deadline_ms, beside, settings }) {
    const context = beside ? pages.get(beside).context() : await browser.newContext(settings);
    const opened = await context.newPage();
    opened.setDefaultTimeout(deadline_ms);
    pages.set(page, opened);
    const answer = await opened.goto(url);
    return answer.status();
  },
  // The value of a script (an async function's text) in the page.
  async evaluate({ page, script, argument }) {
    return pages.get(page).evaluate(`(${script})(${JSON.stringify(argument)})`);
  },
  async go({ page, url }) {
    return (await pages.get(page).goto(url)).status();
  },
  async fill({ page, selector, text }) {
    return pages.get(page).fill(selector, text);
  },
  // Whatever comes of it.
  async click({ page, selector }) {
    return pages.get(page).click(selector);
  },
  // Until the page is there whose address begins so; its address, then.
  async arrive({ page, url }) {
    const opened = pages.get(page);
    await opened.waitForURL((at) => String(at).startsWith(url));
    return opened.url();
  },
  async text({ page }) {
    return pages.get(page).innerText("body");
  },
  async picture({ page, file }) {
    await pages.get(page).screenshot({ path: file, fullPage: true });
  },
  async choose_file({ page, selector, file }) {
    return pages.get(page).setInputFiles(selector, file);
  },
  async submit({ page, selector }) {
    const opened = pages.get(page);
    const [answer] = await Promise.all([opened.waitForNavigation(), opened.click(selector)]);
    return { status: answer.status(), body: await answer.text() };
  },
  async close_page({ page }) {
    await pages.get(page).context().close();
    pages.delete(page);
  },
};

async function obey(line) {
  const { id, command, ...details } = JSON.parse(line);
  let answer;
  try {
    answer = { id, value: await commands[command](details) };
  } catch (fault) {
    answer = { id, fault: String(fault) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", obey);
lines.on("close", async () => {
  if (browser) await browser.close();
  process.exit(0);
});
