/** The playground in Chromium: found, shrunk, stepped through, explored and shared in the page, of which nothing leaves. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN } from '../cli/testing/frameproof.ts';
import { temporaryFolder } from '../cli/testing/temporary-folder.ts';
import { picture, startBrowser } from './testing/browser.ts';

const PLAYGROUND = pathToFileURL(join(import.meta.dirname, '../dist/report/playground.html')).href;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

interface OpenPlayground {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

async function open(hash = '', colorScheme: 'light' | 'dark' = 'light'): Promise<OpenPlayground> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${PLAYGROUND}${hash}`);
  await page.waitForSelector('form');
  return { page, complaints, requests };
}

/** Presses a button, and returns the verdict. */
async function verdict(page: Page, button: 'Check' | 'Explore'): Promise<string> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await expect
    .poll(() => page.getByRole('button', { name: button, exact: true }).isEnabled(), { timeout: 60_000 })
    .toBe(true);
  return (await page.locator('.told').textContent()) ?? '';
}

describe('the playground', () => {
  it('leads back to the site that it is on', async () => {
    const page = await browser.newPage();
    await page.route('http://site.test/**', (route) =>
      route.fulfill({ path: fileURLToPath(PLAYGROUND), contentType: 'text/html' }),
    );
    await page.goto('http://site.test/docs/playground.html');
    const back = await page.locator('nav a').evaluate((link) => ('href' in link ? link.href : null));
    expect(back).toBe('http://site.test/docs/');
    await page.close();
  });

  it('finds, shrinks and steps through a bug, and a link shows it to others', async () => {
    const { page, complaints, requests } = await open();
    await page.getByLabel('Allocator').selectOption('examples/broken-limit.ts');
    expect(await verdict(page, 'Check')).toBe('violated: allocBitmap.complete, seed 1');
    expect(await page.locator('h1').textContent()).toMatch(/^allocBitmap\.complete/);
    const shown = page.locator('main output');
    expect(await shown.textContent()).toBe('operation 1 of 1');
    await page.locator('main').click();
    await page.keyboard.press('Home');
    expect(await shown.textContent()).toMatch(/^init/);
    await page.keyboard.press('End');
    expect(await shown.textContent()).toBe('operation 1 of 1');
    await picture(page, 'playground');
    await page.getByRole('button', { name: 'Link to this' }).click();
    await expect.poll(() => page.url()).toContain('#');
    const { hash } = new URL(page.url());
    const other = await open(hash);
    await other.page.waitForSelector('h1');
    expect(await other.page.locator('h1').textContent()).toBe(await page.locator('h1').textContent());
    expect(await other.page.getByLabel('Allocator').inputValue()).toBe('examples/broken-limit.ts');
    expect([...complaints, ...other.complaints]).toEqual([]);
    // The page, and its worker, which it holds.
    expect(requests.filter((url) => !url.startsWith('blob:'))).toEqual([PLAYGROUND]);
  });

  it('says that ours holds, on a memory map that is pasted', async () => {
    const { page } = await open();
    await page.getByLabel(/^Memory map/).fill('BIOS-e820: [mem 0x0-0x7fffff] usable\n');
    await page.getByLabel('Programs').fill('50');
    expect(await verdict(page, 'Check')).toBe('holds: no counterexample in 50 programs, seed 1');
    await page.getByLabel(/^Memory map/).fill('no map\n');
    expect(await verdict(page, 'Check')).toMatch(/^the map: expected /);
  });

  it('walks through the states of an allocator that cannot be saved, as explore does', async () => {
    const { page, complaints } = await open();
    await page.getByLabel('Allocator').selectOption('examples/works.ts');
    expect(await verdict(page, 'Explore')).toMatch(
      /^walked: it cannot be saved, .* \(\d+ states of the model\)$/,
    );
    await page.getByLabel('Allocator').selectOption('examples/broken-batch.ts');
    expect(await verdict(page, 'Explore')).toBe('violated: allocPages.all-or-nothing');
    expect(await page.locator('h1').textContent()).toMatch(/^allocPages\.all-or-nothing/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('explores compiled C to closure', async () => {
    const folder = temporaryFolder();
    const native = (name: string): string => join(import.meta.dirname, '../native/examples', name);
    const sources = [native('page_stack_target.c'), native('page_stack.c')];
    const wasm = join(folder, 'page-stack.wasm');
    const built = spawnSync(process.execPath, [BIN, 'build', ...sources, '-o', wasm], { encoding: 'utf8' });
    expect(built.status, built.stderr).toBe(0);
    const { page, complaints } = await open();
    await page.locator('input[type=file]').setInputFiles(wasm);
    await page.getByLabel('Bitmap zone').fill('2');
    expect(await verdict(page, 'Explore')).toMatch(
      /^closed: every sequence of \d+ operations, of any length, holds \(\d+ states/,
    );
    expect(complaints).toEqual([]);
  });

  it('a link that was cut is told', async () => {
    const { page } = await open('#abc');
    await expect.poll(() => page.locator('.told').textContent()).toMatch(/^the link cannot be read/);
  });

  it.each(['light', 'dark'] as const)('has no barrier that axe knows: %s', async (colorScheme) => {
    const { page } = await open('', colorScheme);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: readonly { id: string }[] }>('axe.run()');
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});
