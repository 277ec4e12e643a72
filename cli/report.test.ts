import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const cwd = temporaryFolder({ 'a.json': traceText(), 'b.json': traceText(), 'text.json': 'hello' });

/** Returns the sections in a page. */
function sectionsOf(file: string): readonly Record<string, unknown>[] {
  const [, json = ''] = /id="data">([\s\S]*?)<\/script>/.exec(readFileSync(join(cwd, file), 'utf8')) ?? [];
  return JSON.parse(json).sections;
}

describe('frameproof report', () => {
  it('writes saved traces as one page, and runs no target', async () => {
    const result = await frameproof(['report', 'a.json', 'b.json'], { cwd });
    expect(result).toEqual({
      exitCode: 0,
      stdout: 'report.html shows 2 traces: open it in a browser\n',
      stderr: '',
    });
    expect(sectionsOf('report.html')).toMatchObject([
      { title: 'a.json', replay: 'npx frameproof replay a.json', trace: { violation: { at: 0 } } },
      { title: 'b.json' },
    ]);
  });

  it('names a file that is not a trace, and writes nothing', async () => {
    const result = await frameproof(['report', 'a.json', 'text.json', '--html', 'no.html'], { cwd });
    expect(result.stderr).toMatch(/^frameproof: text\.json: expected JSON: /);
    expect(result.exitCode).toBe(2);
    expect(existsSync(join(cwd, 'no.html'))).toBe(false);
  });

  it('says where a page cannot be written', async () => {
    const result = await frameproof(['report', 'a.json', '--html', 'a.json/x.html'], { cwd });
    expect(result.stderr).toMatch(/^frameproof: --html: a\.json\/x\.html: /);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('frameproof replay --html', () => {
  it('shows the run of now, with the claims of the target', async () => {
    const result = await frameproof(['replay', 'a.json', '--html', 'now.html'], { cwd });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const [section] = sectionsOf('now.html');
    expect(section).toMatchObject({ title: 'a.json', profile: { misuse: 'panics' } });
    expect(section?.trace).not.toHaveProperty('violation');
    expect(section?.trace).toMatchObject({ responses: [{}, { outcome: { kind: 'address' } }, {}] });
  });
});
