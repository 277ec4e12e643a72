import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import type { Ended } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({ 'box.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n' });
const example = (name: string): string => join(ROOT, 'examples', `${name}.ts`);

function run(args: string): Promise<Ended> {
  return inProcess(args.split(' '), cwd);
}

const lines = (): readonly string[] => readFileSync(join(cwd, 'run.log'), 'utf8').trimEnd().split('\n');

beforeAll(async () => {
  const recorded = await run('record --map box.txt --operations 2000 --provoke --out run.log');
  expect(recorded).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

describe('frameproof judge', () => {
  it('admits a recorded run, counts what it judged, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await run('judge run.log');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^admitted: the specification admits every answer in 2,000 operations/m);
    expect(stdout).toMatch(/^allocBitmap +\d+ +\d+ +0$/m);
    expect(stdout).toMatch(/^clauses {3}\d+ clauses checked, \d+ on both sides \(listed by --verbose\)$/m);
    expect(stdout).not.toContain('alloc.zone');
    expect((await run('judge run.log --verbose')).stdout).toMatch(
      /^alloc\.zone +[\d,]+ +[\d,]+ {2}another zone/m,
    );
  });

  it('names the line, the call, the clause and the page frame of the first answer that is not admitted', async () => {
    const at = lines().findLastIndex((line) => /"call":"free".*"kind":"done"/.test(line));
    writeFileSync(
      join(cwd, 'twice.log'),
      `${lines()
        .toSpliced(at, 0, lines()[at] ?? '')
        .join('\n')}\n`,
    );
    const { exitCode, stdout } = await run('judge twice.log --html twice.html');
    expect(exitCode).toBe(1);
    const page = readFileSync(join(cwd, 'twice.html'), 'utf8');
    const [steps, counts] = JSON.parse(/id="data">(.*)<\/script>/.exec(page)?.[1] ?? '');
    expect(steps.log.lines.at(-1)).toBe(at + 2);
    expect(steps).toMatchObject({ kind: 'trace', trace: { violation: { clause: 'free.owner' } } });
    expect(counts).toMatchObject({ kind: 'result', verdict: 'violated', tables: { free: {} } });
    expect(stdout).toContain(`line      twice.log:${at + 2}\ncall      free(0x`);
    expect(stdout).toMatch(/^violation free\.owner: .*\n.*\n {10}page frame \d+, owner pmm$/m);
    expect(stdout).toMatch(
      /\nviolated: by the last of [\d,]+ operations \(.*\)\nnext: npx frameproof shrink twice\.log --target TARGET\n$/,
    );
  });

  it('judges what an allocator with one zone recorded by its own claims, or by given ones', async () => {
    const target = `--target ${example('one-zone')}`;
    await run(`record --map box.txt --operations 300 --provoke ${target} --out one-zone.log`);
    expect(await run('judge one-zone.log')).toMatchObject({ exitCode: 0, stderr: '' });
    writeFileSync(join(cwd, 'whole.json'), '{}');
    const { exitCode, stdout } = await run('judge one-zone.log --profile whole.json');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^violation \S+\.zone: /m);
  });

  it.each(['judge uncalled.log', 'shrink uncalled.log --target frameproof'])(
    'refuses a log without a call, of which nothing can be judged: %s',
    async (args) => {
      writeFileSync(join(cwd, 'uncalled.log'), `${lines()[0]}\n`);
      const said = 'uncalled.log: expected the log of a run, and it holds no call: nothing was judged';
      expect(await run(args)).toEqual({ exitCode: 2, stdout: '', stderr: `frameproof: ${said}\n` });
    },
  );

  it('prints its result as JSON where it is asked to', async () => {
    const { exitCode, stdout } = await run('judge run.log --json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'admitted', operations: 2000 });
  });

  it('says what held before a last line that is cut short, and exits with 2', async () => {
    const text = readFileSync(join(cwd, 'run.log'), 'utf8');
    writeFileSync(join(cwd, 'cut.log'), text.slice(0, -20));
    const { exitCode, stdout, stderr } = await run('judge cut.log');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^cut short: the specification admits what was judged, 1,999 operations/m);
    expect(stderr).toBe('frameproof: cut.log:2002: expected a whole line, and the log is cut short in it\n');
  });

  it.each([
    ['none.log', /^frameproof: none\.log: expected a readable file: no such file\n$/, 2],
    ['box.txt', /^frameproof: box\.txt: expected a log, found no line of one: [^\n]+\n$/, 2],
    ['newer.log', /^frameproof: this file no longer applies: newer\.log:1: format version 2, [^\n]+\n$/, 3],
  ])('refuses %s in one line', async (name, message, code) => {
    if (name === 'newer.log')
      writeFileSync(join(cwd, name), (lines()[0] ?? '').replace('"version":1,"map"', '"version":2,"map"'));
    const { exitCode, stdout, stderr } = await run(`judge ${name}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

/** Writes the log with its last free twice. */
function writeDoubleFree(name: string): void {
  const at = lines().findLastIndex((line) => /"call":"free".*"kind":"done"/.test(line));
  const twice = lines().toSpliced(at, 0, lines()[at] ?? '');
  writeFileSync(join(cwd, name), `${twice.join('\n')}\n`);
}

describe('frameproof shrink', () => {
  it('brings a failing log down to the shortest program, saves it, and exits with 1', async () => {
    writeDoubleFree('double.log');
    const target = example('broken-double-free');
    const { exitCode, stdout } = await run(`shrink double.log --target ${target} --corpus shrunk --json`);
    expect(exitCode).toBe(1);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      verdict: 'shrunk',
      counterexample: { violation: { clause: 'free.owner' }, operations: 1, from: 'double.log' },
    });
    const { file } = result.counterexample;
    const again = await run(`shrink ${file} --target ${target} --corpus shrunk`);
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toContain(`saved     ${file}\nnext: npx frameproof replay ${file}`);
  });

  it('says that an admitted log leaves nothing to shrink, and exits with 0', async () => {
    expect(await run('shrink run.log')).toMatchObject({
      exitCode: 0,
      stdout:
        'holds: run.log: the specification admits its 2,000 operations, and frameproof violates no clause on them: nothing to shrink\nnext: npx frameproof check --target frameproof\n',
      stderr: '',
    });
  });

  it('asks for the allocator of a failing log, and exits with 3, where the target violates no clause', async () => {
    writeDoubleFree('double.log');
    const { exitCode, stdout, stderr } = await run('shrink double.log');
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toBe(
      'frameproof: this file no longer applies: double.log: it violates free.owner, and frameproof violates no clause on its calls: pass the allocator that it was recorded of as --target\n',
    );
  });

  it('says how far it came, and exits with 4, where the time ends before the log does', async () => {
    const { exitCode, stdout, stderr } = await run('shrink run.log --shrink-time 0.001');
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: '' });
    expect(stdout).toMatch(
      /^unfinished: run\.log: [\d,]+ of 2,000 operations ran on frameproof in [\d.]+ s and violated no clause\nnext: npx frameproof shrink run\.log --target frameproof --shrink-time 1\n$/,
    );
  });

  it('judges the target that a log is of by the profile of the log', async () => {
    writeFileSync(join(cwd, 'low.txt'), 'BIOS-e820: [mem 0x0-0xffff] usable\n');
    const claims = { zones: 1, failures: [], misuse: 'undefined' };
    const header = { ...JSON.parse(lines()[0] ?? ''), map: 'low.txt', policies: [], profile: claims };
    const refused = { operation: { call: 'alloc' }, response: { outcome: { kind: 'failed' } } };
    writeFileSync(join(cwd, 'claims.log'), `${JSON.stringify(header)}\n${JSON.stringify(refused)}\n`);
    // With two zones, it may refuse.
    const { stdout } = await run(`shrink claims.log --target ${example('works')}`);
    expect(stdout).toMatch(/^violation alloc\.complete: /m);
  });

  it('refuses what is neither a trace nor a log', async () => {
    const { exitCode, stderr } = await run('shrink box.txt');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^frameproof: box\.txt: expected JSON: [^\n]+\n$/);
  });
});

describe('frameproof export', () => {
  const trace = join(ROOT, 'corpus/double-free.json');

  it('writes a vitest file that imports the target from where it will lie', async () => {
    const out = 'regressions/double.test.ts';
    const folder = await run(`export ${trace} --out ${out}`);
    expect(folder.stderr).toMatch(
      /^frameproof: --out: regressions\/double\.test\.ts: expected a file that can be written to: no such folder\n$/,
    );
    const { exitCode } = await run(`export ${trace} --target ${example('works')} --out double.test.ts`);
    expect(exitCode).toBe(0);
    const text = readFileSync(join(cwd, 'double.test.ts'), 'utf8');
    expect(text).toMatch(/^import allocator from '\.\.\/.*examples\/works\.ts';$/m);
    expect(text).not.toContain('// promised');
  });

  it('prints a C file and the report', async () => {
    expect((await run(`export ${trace} --as c`)).stdout).toContain('int main(void) {');
    expect((await run(`export ${trace} --as text`)).stdout).toMatch(/^map +conventional/);
  });

  it('refuses another form', async () => {
    const { exitCode, stderr } = await run(`export ${trace} --as rust`);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^frameproof: .*'rust' is invalid.*vitest, c, text[^\n]*\n$/);
  });
});

describe('the corpus of frameproof check', () => {
  const text = readFileSync(join(ROOT, 'corpus/double-free.json'), 'utf8');
  const quick = 'check --programs 5 --seed 1';

  it('is run first, and a trace that is violated is a counterexample of the run', async () => {
    const { exitCode, stdout } = await run(
      `${quick} --target ${example('broken-double-free')} --corpus mine`,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^corpus {2}\d traces of frameproof, 0 of mine, 1 violated$/m);
    expect(stdout).toMatch(/^violated: 1 counterexample in 5 programs, /m);
    expect(stdout).toMatch(/^from {6}\S+double-free\.json$/m);
    expect(stdout).toMatch(/^next: npx frameproof replay mine\/free\.owner-/m);
  });

  it('lists what no longer applies, and exits with 3 where nothing else fails', async () => {
    const folder = temporaryFolder({ 'old.json': text.replace('"version": 1', '"version": 7') });
    const { exitCode, stdout } = await run(`${quick} --corpus ${folder}`);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(
      /no longer applies: \S+old\.json: format version 7, and this program reads version 1$/m,
    );
  });

  it('lists a file that is not a trace, and exits with 2 where nothing else fails', async () => {
    const folder = temporaryFolder({ 'cut.json': text.slice(0, 80) });
    const { exitCode, stdout } = await run(`${quick} --corpus ${folder} --json`);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).corpus.listed).toEqual([
      {
        file: join(folder, 'cut.json'),
        verdict: 'unusable',
        reason: expect.stringMatching(/^expected JSON/),
      },
    ]);
  });
});

describe('what a run of frameproof check looked like', () => {
  it('is written as statistics and as JUnit XML', async () => {
    const { exitCode } = await run(
      'check --programs 40 --seed 1 --map box.txt --stats s.jsonl --junit j.xml',
    );
    expect(exitCode).toBe(0);
    const written = readFileSync(join(cwd, 's.jsonl'), 'utf8').trimEnd().split('\n');
    expect(written).toHaveLength(40);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ type: 'test_case', status: 'passed' });
    expect(readFileSync(join(cwd, 'j.xml'), 'utf8')).toMatch(
      /^<\?xml .*\n<testsuites tests="\d+" failures="0"/,
    );
  });

  it('names the calls that never ran and the clauses that were never exercised', async () => {
    const { stdout } = await run('check --programs 1 --operations 1 --seed 1 --map box.txt');
    expect(stdout).toMatch(/^calls that never ran: .*free/m);
    expect(stdout).toMatch(/^clauses never exercised: [^:]*free\.owner/m);
  });

  it('names a call that the target has not once, as not checked', async () => {
    writeFileSync(join(cwd, 'few.json'), '{"calls": ["alloc", "free"]}');
    const { stdout } = await run('check --programs 20 --seed 1 --map box.txt --profile few.json');
    expect(stdout).toMatch(/^ {2}allocPages, .*\n? *.*: it has no such call$|^ {4}it has no such call$/m);
    expect(stdout).not.toMatch(/^calls that never ran/m);
  });

  it.each(['--stats', '--junit'])('says in one line that %s cannot be written', async (flag) => {
    const { exitCode, stderr } = await run(`check --programs 1 --seed 1 ${flag} none/file`);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      new RegExp(
        `^frameproof: ${flag}: none/file: expected a file that can be written to: no such folder\\n$`,
      ),
    );
  });
});
