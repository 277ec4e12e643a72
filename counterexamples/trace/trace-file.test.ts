import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execute, OURS } from '../../runner/index.ts';
import { config, memoryMap, OutdatedTraceError, Trace } from '../../spec/index.ts';
import { decodeTrace, readTrace, saveTrace } from './trace-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'frameproof-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const map = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
const trace = execute(OURS, {
  map,
  config: config({ bitmapMaxAddr: 0x2000n }),
  policies: ['lifo'],
  operations: [
    { call: 'allocBitmap', count: 1n, maxAddr: (1n << 64n) - 1n, alignment: 1.5 },
    { call: 'alloc' },
  ],
}).trace();

function changedText(change: (data: Record<string, unknown>) => object): string {
  return JSON.stringify(change(JSON.parse(JSON.stringify(Trace.encode(trace)))));
}

describe('a trace file', () => {
  it('reads back as what was saved', () => {
    expect(readTrace(saveTrace(folder, trace))).toEqual(trace);
  });

  it('is stored once, under a name that says what it holds', () => {
    expect(saveTrace(folder, trace)).toBe(saveTrace(folder, trace));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('writes 64-bit values as hex strings', () => {
    const text = readFileSync(saveTrace(folder, trace), 'utf8');
    expect(text).toContain('"maxAddr": "0xffffffffffffffff"');
    expect(text).toContain('"alignment": 1.5');
  });

  it('of before traces had a profile, or with the claims that the first profiles had, still applies', () => {
    const bare = changedText(({ profile: _, compiled: __, ...data }) => data);
    expect(decodeTrace(bare, 'bare.json').scenario).toEqual(trace.scenario);
    const claims = {
      calls: ['alloc', 'allocBitmap', 'freeRegion', 'totalAmount', 'freeAmount'],
      singlePages: 'anywhere',
      misuse: 'undefined',
      failures: ['errno'],
      contiguous: 'powers-of-two',
      zones: 1,
      largestRequest: 1024,
      memoryBelow: '0x100000000',
      bitmapZoneBelow: '0x4000000',
    };
    const text = changedText((data) => ({ ...data, profile: claims }));
    const { profile } = decodeTrace(text, 'first.json');
    expect(profile).toMatchObject({ ...claims, memoryBelow: 0x1_0000_0000n, bitmapZoneBelow: 0x400_0000n });
    const { responses } = execute(OURS, decodeTrace(bare, 'bare.json').scenario).trace();
    expect(responses).toEqual(trace.responses);
  });

  it('of another version no longer applies', () => {
    const text = changedText((data) => ({ ...data, version: 2 }));
    expect(() => decodeTrace(text, 'old.json')).toThrow(OutdatedTraceError);
  });

  it('that names a clause of another specification no longer applies', () => {
    const violation = { clause: 'alloc.polite', at: 0, explanation: '', pfn: null, owner: null };
    const text = changedText((data) => ({ ...data, violation }));
    expect(() => decodeTrace(text, 'old.json')).toThrow(OutdatedTraceError);
  });

  it('of several callers is refused with what shows it', () => {
    const history = JSON.stringify({ format: 'frameproof/concurrent-trace', version: 1 });
    expect(() => decodeTrace(history, 'c.json')).toThrow(
      /^c\.json: expected the trace of one caller, found a history of several: replay runs it again, and --html shows it$/,
    );
  });

  it('cut short is refused in one line that names it', () => {
    expect(() => decodeTrace(changedText((data) => data).slice(0, 90), 'cut.json')).toThrow(
      /^cut\.json: expected JSON: [^\n]+$/,
    );
  });

  it('edited by hand is refused with the place', () => {
    const text = changedText((data) => ({
      ...data,
      responses: [{ outcome: { kind: 'amount', amount: 'many' } }],
    }));
    expect(() => decodeTrace(text, 'edited.json')).toThrow(
      /^edited\.json: responses\[0\][^\n]+found "many"$/,
    );
  });
});
