import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { config, memoryMap, type Trace } from '../spec/index.ts';
import { reportPage } from './index.ts';

const trace: Trace = {
  format: 'frameproof/trace',
  version: 1,
  target: 'a</script><!--\u202e$&',
  scenario: { map: memoryMap([]), config: config(), policies: [], operations: [] },
  responses: [],
};
const page = reportPage([{ kind: 'trace', title: 'a.json', trace, replay: null }]);

describe('the page of a report', () => {
  it('is one file of at most 700 kB that runs nothing of Node.js', () => {
    expect(page.length).toBeLessThan(700_000);
    expect(page).not.toMatch(/["'`]node:/);
    expect(page).not.toMatch(/\b(?:src|href)=/);
  });

  it('allows its own script and style, and nothing else', () => {
    const hashes = ['script', 'style'].map((element) => {
      const text = page.split(`<${element}>`)[1]?.split(`</${element}>`)[0] ?? '';
      return `${element}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    });
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      ...hashes,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('holds its data as JSON in which nothing is a tag or steers how it is read', () => {
    const [, json = ''] = /id="data">([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect(json).toContain('"target":"a\\u003c/script>\\u003c!--\\u202e$&"');
    expect(JSON.parse(json)[0].trace.target).toBe(trace.target);
  });
});
