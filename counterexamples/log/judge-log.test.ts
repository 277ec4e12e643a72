import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordLog } from '../../properties/log/index.ts';
import { OURS } from '../../runner/index.ts';
import {
  config,
  decodeProfile,
  isSpecError,
  MemoryMap,
  memoryMap,
  OutdatedTraceError,
} from '../../spec/index.ts';
import { judgeLog } from './judge-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const map = memoryMap([
  { type: 'conventional', start: 0n, pages: 64 },
  { type: 'loaderData', start: 0x4_0000n, pages: 4 },
  { type: 'conventional', start: 0x10_0000n, pages: 256 },
]);
const settings = config({ bitmapMaxAddr: 0x2_0000n });

let files = 0;
/** Writes a log and returns its path. */
function logOf(text: string): string {
  files += 1;
  const path = join(folder, `${files}.log`);
  writeFileSync(path, text);
  return path;
}

function linesOf(...lines: readonly (string | object)[]): string {
  return logOf(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
}

const recorded = [
  ...recordLog({
    target: OURS,
    map,
    config: settings,
    policies: OURS.policies,
    operations: 3000,
    seed: 5,
    provokesFrom: 0,
  }),
];

const HEADER = {
  format: 'frameproof/log',
  version: 1,
  map: MemoryMap.encode(map),
  config: { bitmapMaxAddr: '0x20000', higherHalf: '0xffff800000000000' },
};
const ALLOC = { operation: { call: 'alloc' }, response: { outcome: { kind: 'failed' } } };
const FREE_AMOUNT = {
  operation: { call: 'freeAmount' },
  response: { outcome: { kind: 'amount', amount: 320 } },
};

describe('judging a log', () => {
  it.each(['18446744073709551615', '"0xffffffffffffffff"'])(
    'takes an amount of 64 bits to the last digit, written as %s',
    async (most) => {
      const entry = JSON.stringify({
        operation: FREE_AMOUNT.operation,
        response: { outcome: { kind: 'amount', amount: 0 }, amounts: { total: 324, free: 0, reserved: 4 } },
      });
      const { violation } = await judgeLog(linesOf(HEADER, entry.replaceAll(':0', `:${most}`)));
      expect(violation?.clause).toBe('amounts.free');
      expect(violation?.explanation).toContain('freeAmount() is 18446744073709551615, and must be 320');
    },
  );

  describe('of an allocator with one zone', () => {
    const claims = { zones: 1, misuse: 'undefined', failures: [] };
    const pageAt = (address: string, call: object): object => ({
      operation: call,
      response: { outcome: { kind: 'address', address }, errno: null },
    });
    const ANY = { count: '0x1', maxAddr: '0xffffffffffffffff', alignment: '0x0' };
    const [first, second, third] = ['0xffff800000001000', '0xffff800000100000', '0xffff800000002000'];
    const calls = [
      pageAt(first, { call: 'alloc' }),
      pageAt(second, { call: 'allocBitmap', ...ANY }),
      { operation: { call: 'allocPages', count: '0x1000' }, response: { outcome: { kind: 'failed' } } },
    ];
    const verdictOf = async (header: object, given?: object, more: readonly object[] = []) => {
      const profile = given === undefined ? undefined : decodeProfile(given, 'p.json');
      const log = await judgeLog(linesOf({ ...HEADER, ...header }, ...calls, ...more), { profile });
      return [log.verdict, log.violation?.clause ?? null, log.cut];
    };

    it('admits a correct run where its header or its reader says so, and only there', async () => {
      expect(await verdictOf({ profile: claims })).toEqual(['admitted', null, null]);
      expect(await verdictOf({}, claims)).toEqual(['admitted', null, null]);
      expect(await verdictOf({ profile: claims }, {})).toEqual(['violated', 'alloc.zone', null]);
      expect(await verdictOf({})).toEqual(['violated', 'alloc.zone', null]);
    });

    it('holds it to the policies of the profile, unless the header says which', async () => {
      const profile = { ...claims, policies: ['first-fit'] };
      const firstFit = ['violated', 'policy.first-fit', null];
      expect(await verdictOf({ profile })).toEqual(firstFit);
      expect(await verdictOf({ profile, policies: [] })).toEqual(['admitted', null, null]);
      expect(await verdictOf({ policies: [] }, profile)).toEqual(firstFit);
    });

    it.each([
      [{ call: 'free', address: third }, 'misuse is undefined on this target: page frame 2 may not be freed'],
      [{ call: 'freePages', addresses: [first] }, 'there is no freePages'],
    ])('stops at %o, which its profile leaves undefined, and says so', async (operation, why) => {
      const profile = { ...claims, calls: ['alloc', 'allocPages', 'allocBitmap', 'free'] };
      const undefinedCall = { operation, response: { outcome: { kind: 'done' } } };
      expect(await verdictOf({ profile }, undefined, [undefinedCall])).toEqual([
        'cut',
        null,
        expect.stringMatching(new RegExp(`\\.log:5: expected a call that the profile defines: ${why}$`)),
      ]);
    });
  });

  it('admits what our implementation answered, every operation of it', async () => {
    const { verdict, operations, calls } = await judgeLog(linesOf(...recorded));
    expect({ verdict, operations }).toEqual({ verdict: 'admitted', operations: 3000 });
    expect(Object.keys(calls)).toHaveLength(7);
  });

  it('names the line and the clause where one answer near the end is altered', async () => {
    const at = recorded.findLastIndex(
      (line) => line.includes('"call":"alloc"') && line.includes('"address"'),
    );
    const altered = recorded.with(at, (recorded[at] ?? '').replace(/"free":\d+/, '"free":1'));
    const { verdict, violation } = await judgeLog(linesOf(...altered));
    expect(verdict).toBe('violated');
    expect(violation).toMatchObject({ line: at + 1, clause: 'amounts.free' });
  });

  it('names the page frame and its owner', async () => {
    const address = '0xffff800000100000';
    const granted = { operation: { call: 'alloc' }, response: { outcome: { kind: 'address', address } } };
    const { violation } = await judgeLog(linesOf(HEADER, granted, granted));
    expect(violation).toMatchObject({ line: 3, clause: 'alloc.was-free', pfn: 256, owner: 'caller' });
  });

  it('judges init where it was observed', async () => {
    const init = { outcome: { kind: 'done' }, amounts: { total: 1, free: 320, reserved: 0 } };
    const { violation } = await judgeLog(linesOf(HEADER, { init }));
    expect(violation).toMatchObject({ line: 2, clause: 'init.total', operation: null });
  });

  it('does not judge what was not observed', async () => {
    const { verdict, clauses } = await judgeLog(linesOf(HEADER, FREE_AMOUNT));
    expect(verdict).toBe('admitted');
    expect(Object.keys(clauses)).toEqual(['amounts.free']);
  });

  it('reads the map from a file beside the log', async () => {
    writeFileSync(join(folder, 'box.txt'), 'BIOS-e820: [mem 0x0-0xfffff] usable\n');
    const { header } = await judgeLog(linesOf({ ...HEADER, map: 'box.txt' }, FREE_AMOUNT).toString());
    expect(header.map.descriptors).toHaveLength(1);
  });

  it('passes over empty lines and the carriage returns of a serial console', async () => {
    const text = `${JSON.stringify(HEADER)}\r\n\r\n${JSON.stringify(FREE_AMOUNT)}\r\n`;
    expect(await judgeLog(logOf(text))).toMatchObject({ verdict: 'admitted', operations: 1 });
  });

  it('accepts a last line without a line break', async () => {
    const text = `${JSON.stringify(HEADER)}\n${JSON.stringify(FREE_AMOUNT)}`;
    expect(await judgeLog(logOf(text))).toMatchObject({ verdict: 'admitted', operations: 1 });
  });

  it('says what held before a last line that is cut short', async () => {
    const text = `${JSON.stringify(HEADER)}\n${JSON.stringify(FREE_AMOUNT)}\n{"operation":{"ca`;
    const { verdict, operations, cut } = await judgeLog(logOf(text));
    expect({ verdict, operations }).toEqual({ verdict: 'cut', operations: 1 });
    expect(cut).toMatch(/\.log:3: expected a whole line, and the log is cut short in it$/);
  });

  it.each<readonly [claim: string, lines: readonly (string | object)[], message: RegExp]>([
    ['an empty file', [], /^\S+\.log: expected a log, found nothing$/],
    ['a log without a header', [ALLOC], /^\S+:1: format: expected "frameproof\/log", found nothing$/],
    ['text that is no JSON', [HEADER, 'panic: out of memory'], /^\S+:2: expected JSON: /],
    ['a call that there is not', [HEADER, { ...ALLOC, operation: { call: 'malloc' } }], /^\S+:2: operation/],
    [
      'an address that is not a hex string',
      [HEADER, { ...ALLOC, operation: { call: 'free', address: 12 } }],
      /^\S+:2: operation.*found 12$/,
    ],
    [
      'an answer without an outcome',
      [HEADER, { ...ALLOC, response: {} }],
      /^\S+:2: response\.outcome.*found nothing$/,
    ],
    [
      'init in the middle',
      [HEADER, FREE_AMOUNT, { init: {} }],
      /^\S+:3: init: unknown key, expected one of operation, response$/,
    ],
    [
      'a misspelt key, though the line is admitted without it',
      [HEADER, { ...FREE_AMOUNT, response: { ...FREE_AMOUNT.response, amount: { free: 0 } } }],
      /^\S+:2: response\.amount: unknown key, expected one of outcome, errno, warnings, amounts, /,
    ],
    [
      'a key that every object inherits',
      [HEADER, { ...FREE_AMOUNT, constructor: 1 }],
      /^\S+:2: constructor: unknown key, expected one of operation, response$/,
    ],
    [
      'a key that every object inherits, inside the plainest of answers',
      [HEADER, JSON.stringify(FREE_AMOUNT).replace('"kind"', '"__proto__":{},"kind"')],
      /^\S+:2: response\.outcome\.__proto__: unknown key, expected one of kind, amount$/,
    ],
    [
      'a key that comes twice',
      [HEADER, JSON.stringify(FREE_AMOUNT).replace('"amount":', '"amount":7,"amount":')],
      /^\S+:2: response\.outcome\.amount: expected each key once, found this one twice$/,
    ],
    [
      'a key of the header that comes twice',
      [JSON.stringify(HEADER).replace('"config":', '"config":{},"config":'), FREE_AMOUNT],
      /^\S+:1: config: expected each key once, found this one twice$/,
    ],
    [
      'a misspelt key of the header',
      [{ ...HEADER, policy: ['lifo'] }, FREE_AMOUNT],
      /^\S+:1: policy: unknown key, expected one of format, version, map, config, policies, profile, start, unseen$/,
    ],
    [
      'a misspelt key beside what init answered',
      [HEADER, { init: { outcome: { kind: 'done' } }, line: 3 }],
      /^\S+:2: line: unknown key, expected one of init$/,
    ],
    [
      'writes that are not page frames',
      [HEADER, { ...ALLOC, response: { outcome: { kind: 'failed' }, writes: [-1] } }],
      /^\S+:2: response\.writes\[0\]: expected the number of a page frame, found -1$/,
    ],
    [
      'a map that overlaps itself',
      [
        {
          ...HEADER,
          map: {
            ...MemoryMap.encode(map),
            descriptors: [
              { type: 'mmio', start: '0x0', pages: 2 },
              { type: 'mmio', start: '0x0', pages: 2 },
            ],
          },
        },
      ],
      /^\S+:1: map.*overlaps/,
    ],
    [
      'a path that is none, which it does not repeat',
      [{ ...HEADER, map: 'x'.repeat(5000) }],
      /^\S+:1: map: expected a memory map or the path of one, found "x{59}…$/,
    ],
    [
      'a map file that is not there',
      [{ ...HEADER, map: 'none.txt' }],
      /none\.txt: expected a readable memory map/,
    ],
  ])('refuses %s in one line that names the place', async (_, lines, message) => {
    const error = await judgeLog(linesOf(...lines)).catch((e: unknown) => e);
    expect(isSpecError(error)).toBe(true);
    expect(error instanceof Error && error.message).toMatch(message);
    expect(String(error)).not.toContain('\n');
  });

  it('stops where it is told to, and says how far it was', async () => {
    const lines = [HEADER, ...Array(1000).fill(FREE_AMOUNT)];
    const told: number[] = [];
    const interrupt = new AbortController();
    const onProgress = (operations: number): void => {
      told.push(operations);
      if (operations === 512) interrupt.abort();
    };
    const { verdict, operations } = await judgeLog(linesOf(...lines), {
      signal: interrupt.signal,
      onProgress,
    });
    expect({ verdict, operations, told }).toEqual({
      verdict: 'interrupted',
      operations: 512,
      told: [...Array.from({ length: 256 }, (_, i) => i + 1), 512],
    });
  });

  it('of another version no longer applies', async () => {
    await expect(judgeLog(linesOf({ ...HEADER, version: 2 }))).rejects.toThrow(OutdatedTraceError);
  });
});
