/** A page of a report in headless Chromium, as a person would open it: from a file, with no network. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Section } from '../index.ts';
import { reportPage } from '../index.ts';

/** Where pictures of the pages are kept. */
const PICTURES = join(import.meta.dirname, '../../build/report');

/** Starts the browser of Debian's package `chromium`. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** An open page, and all that it complained of or asked for. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
  /** Returns the processor's milliseconds that the page has taken since it was opened: the machine may have other work. */
  readonly busyMs: () => Promise<number>;
}

/** Opens the page of these sections. */
export async function open(
  browser: Browser,
  folder: string,
  sections: readonly Section[],
): Promise<OpenPage> {
  const file = join(folder, 'report.html');
  writeFileSync(file, reportPage(sections));
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => requests.push(request.url()));
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('main');
  return { page, complaints, requests, busyMs };
}

/** Keeps a picture of a page. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
