import { afterEach, expect, it, vi } from 'vitest';
import { openBar, searchBar, timeLeft, withBar } from './progress-bar.ts';

const wasTerminal = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');

/** Makes standard error a terminal or none, and returns what is written to it from now on. */
function watched(isTTY: boolean, ci?: string): readonly string[] {
  const written: string[] = [];
  vi.stubEnv('CI', ci);
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  return written;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  if (wasTerminal === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
  else Object.defineProperty(process.stderr, 'isTTY', wasTerminal);
});

/** Takes items up to the one named `last`, `ms` for each, and returns their names. */
async function taken(last: string, ms: number): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of withBar(['one', 'two', 'three'], (item) => `<${item}>`)) {
    names.push(name);
    // The bar is redrawn some ten times a second.
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (name === last) break;
  }
  return names;
}

it('a bar names the item under way on a terminal, and ends where the items are left early', async () => {
  const written = watched(true);
  expect(await taken('two', 250)).toEqual(['one', 'two']);
  const text = written.join('');
  expect(text).toContain('0 of 3: <one>');
  expect(text).toContain('1 of 3: <two>');
  expect(text).not.toContain('<three>');
  const length = written.length;
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(written).toHaveLength(length);
});

it('a bar of a search counts its states afterwards, each time that it does', async () => {
  const written = watched(true);
  const bar = await searchBar(2);
  const search = { states: 40, transitions: 60, depth: 3 };
  bar.update({ ...search, counted: null });
  for (const done of [20, 40, 20, 40]) bar.update({ ...search, counted: { done, of: 40 } });
  bar.stop();
  const text = written.join('');
  expect(text.split('counting states: 20 of 40')).toHaveLength(3);
  expect(text.split('counting states: 40 of 40')).toHaveLength(3);
});

it('on a build server nothing is drawn, whatever the terminal', async () => {
  const written = watched(true, 'true');
  await taken('one', 150);
  expect(written).toEqual([]);
});

it.each([
  [0.5, 1, 2, ''],
  [10, 0, 5, ''],
  [10, 5, 5, ''],
  [10, 1, 5, ', 40 s left'],
  [100, 10, 100, ', 15 min left'],
  [3600, 1, 5, ', 4.0 h left'],
])('after %d s, %d of %d: %j', (seconds, done, total, text) => {
  expect(timeLeft(seconds, done, total)).toBe(text);
});

it('without a terminal nothing is drawn: the supervisor is told the same text, a few times a second', async () => {
  const written = watched(false);
  expect(await taken('three', 0)).toEqual(['one', 'two', 'three']);
  const reported: string[] = [];
  const bar = await openBar('{bar} {percentage}% {value} of {total}: {name}', (text) => reported.push(text));
  bar.start(8, 2, { name: 'two' });
  bar.update(3, { name: 'three' });
  bar.stop();
  expect(written).toEqual([]);
  expect(reported).toEqual(['25% 2 of 8: two', '']);
});
