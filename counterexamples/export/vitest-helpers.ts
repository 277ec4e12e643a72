/** Helper functions of exported vitest files. Each may use the helpers before it; a file gets only the ones that its program uses. */

import type { Call, Profile } from '../../spec/index.ts';

/** A function or constant, by name. */
interface Helper {
  readonly name: string;
  readonly text: string;
}

/** Whether a profile has the calls and reports that a line is about. */
/** The error number of the caller is there before each call, and afterwards unless the call fails. */
const ERRNO_LEFT = "  expect(pmm.errno).toBe('EINTR');";
const ERRNO_AGAIN = "  pmm.errno = 'EINTR';";

type Claim = Call | 'errno' | 'warning';

/** Returns the lines of those claims that the profile makes, each after a line break. */
function claimed({ calls, failures }: Profile, lines: readonly (readonly [Claim, string])[]): string {
  const claims: readonly Claim[] = [...calls, ...failures];
  return lines
    .filter(([claim]) => claims.includes(claim))
    .map(([, line]) => `\n${line}`)
    .join('');
}

function helpersOf(profile: Profile): readonly Helper[] {
  return [
    {
      name: 'held',
      text: `/** Page frames that callers hold, and page frames of boot memory that have been handed over. */
const held = new Set<bigint>();
const handedOver = new Set<bigint>();`,
    },
    {
      name: 'isFree',
      text: `function isFree(frame: bigint): boolean {
  const isFreed = handedOver.has(frame) || FREE_AT_FIRST.some(([base, end]) => frame >= base && frame < end);
  return isFreed && !held.has(frame);
}`,
    },
    {
      name: 'frameOf',
      text: `function frameOf(address: bigint): bigint {
  return (address - HIGHER_HALF) / PAGE;
}`,
    },
    {
      name: 'framesFrom',
      text: `function framesFrom(address: bigint, pages: number): bigint[] {
  return Array.from({ length: pages }, (_, i) => frameOf(address) + BigInt(i));
}`,
    },
    {
      name: 'pageOf',
      text: `function pageOf(addresses: readonly bigint[], index: number): bigint {
  const address = addresses[index];
  if (address === undefined) throw new RangeError(\`expected a page \${index}, found \${addresses.length} pages\`);
  return address;
}`,
    },
    {
      name: 'expectOwnWrites',
      text: `/** A call writes only into page frames that are the manager's before it or after it. */
function expectOwnWrites(): void {
  expect([...written].filter((frame) => !isFree(frame))).toEqual([]);
  written.clear();
}`,
    },
    {
      name: 'granted',
      text: `/** Notes what was handed out: it was free, and of that zone. */
function granted(address: bigint | null, pages: number, zone: 'stack' | 'bitmap' | 'either'): bigint {
  expect(address).not.toBeNull();
  const first = address ?? 0n;
  expect(first).toBeGreaterThanOrEqual(HIGHER_HALF);
  expect(first % PAGE).toBe(0n);
  const frames = framesFrom(first, pages);
  const isOfZone = (frame: bigint): boolean => zone === 'either' || frame * PAGE < BITMAP_END === (zone === 'bitmap');
  expect(frames.filter((frame) => !isOfZone(frame))).toEqual([]);
  expect(frames.filter((frame) => !isFree(frame))).toEqual([]);
  expectOwnWrites();
  for (const frame of frames) held.add(frame);
  return first;
}`,
    },
    {
      name: 'UNTOUCHED',
      text: `const UNTOUCHED = 0x5555_0000_0000_0000n;`,
    },
    {
      name: 'grantedPages',
      text: `function grantedPages(pages: number, zone: 'stack' | 'bitmap' | 'either'): readonly bigint[] {
  // Just long enough at 3, 6, 9; else with guards behind.
  const guards = pages > 0 && pages % 3 === 0 ? [] : [UNTOUCHED, UNTOUCHED];
  const entries = new BigUint64Array(pages + guards.length).fill(UNTOUCHED);
  expect(pmm.allocPages(entries, pages)).toBe(true);
  expect([...entries.subarray(pages)]).toEqual(guards);
  return [...entries.subarray(0, pages)].map((address) => granted(address, 1, zone));
}`,
    },
    {
      name: 'grantedSome',
      text: `/** A batch that is granted in part: \`pages\` of \`asked\`. */
function grantedSome(asked: number | bigint, pages: number, zone: 'stack' | 'bitmap' | 'either'): readonly bigint[] {
  const entries = new BigUint64Array(pages + 2).fill(UNTOUCHED);
  expect(pmm.allocPages(entries, asked)).toBe(pages);
  expect([...entries.subarray(pages)]).toEqual([UNTOUCHED, UNTOUCHED]);
  return [...entries.subarray(0, pages)].map((address) => granted(address, 1, zone));
}`,
    },
    {
      name: 'expectRefusedPages',
      text: `function expectRefusedPages(count: number | bigint): void {
  const entries = new BigUint64Array(16).fill(UNTOUCHED);
  expect(pmm.allocPages(entries, count)).toBe(${profile.batches === 'whole' ? 'false' : '0'});
  expect([...entries].filter((entry) => entry !== UNTOUCHED)).toEqual([]);
}`,
    },
    {
      name: 'expectFit',
      text: `/** The run is aligned and ends at or below the limit. */
function expectFit(address: bigint, pages: number, maxAddr: bigint, alignment: bigint): void {
  const base = frameOf(address) * PAGE;
  const multiple = alignment <= PAGE ? PAGE : ((alignment + PAGE - 1n) / PAGE) * PAGE;
  expect(base % multiple).toBe(0n);
  expect(base + BigInt(pages) * PAGE).toBeLessThanOrEqual((maxAddr / PAGE) * PAGE);
}`,
    },
    {
      name: 'released',
      text: `function released(address: bigint, pages: number): void {
  for (const frame of framesFrom(address, pages)) if (!held.delete(frame)) handedOver.add(frame);
}`,
    },
    {
      name: 'removed',
      text: `/** Nobody can have these page frames until they are added again. */
function removed(address: bigint, pages: number): void {
  for (const frame of framesFrom(address, pages)) held.add(frame);
}`,
    },
    {
      name: 'expectAmounts',
      text: `function expectAmounts(free: number): void {${claimed(profile, [
        ['totalAmount', '  expect(pmm.totalAmount()).toBe(TOTAL);'],
        ['freeAmount', '  expect(pmm.freeAmount()).toBe(free);'],
        ['reservedAmount', '  expect(pmm.reservedAmount()).toBe(TOTAL - free);'],
      ])}
}`,
    },
    {
      name: 'expectSuccess',
      text: `function expectSuccess(free: number): void {${claimed(profile, [
        ['errno', profile.errnoAfterSuccess === 'unchanged' ? ERRNO_LEFT : ERRNO_AGAIN],
        ['warning', '  expect(warnings).toEqual([]);'],
      ])}
  expectOwnWrites();
  expectAmounts(free);
}`,
    },
    {
      name: 'expectFailure',
      text: `function expectFailure(call: string, free: number): void {${claimed(profile, [
        ['errno', `  expect(pmm.errno, call).toBe('ENOMEM');\n${ERRNO_AGAIN}`],
        [
          'warning',
          `  expect(warnings.splice(0)).toEqual([expect.stringMatching(new RegExp(\`^[^\\\\r\\\\n]*\${call}[^\\\\r\\\\n]*$\`))]);`,
        ],
      ])}
  expectOwnWrites();
  expectAmounts(free);
}`,
    },
    {
      name: 'expectPanic',
      text: `function expectPanic(call: string, misuse: () => unknown, blamed: object): void {
  let panic: unknown = 'it returned';
  try {
    misuse();
  } catch (error) {
    panic = error;
  }
  expect(panic).toMatchObject({ name: 'PmmPanic', call, ...blamed });${claimed(profile, [
    ['errno', ERRNO_LEFT],
    ['warning', '  expect(warnings).toEqual([]);'],
  ])}
  expectOwnWrites();
}`,
    },
    {
      name: 'expectConditions',
      text: `/** Compares the conditions that the manager reports for all page frames; neighbours in one condition are joined. */
function expectConditions(expected: readonly { base: number; count: number; condition: string }[]): void {
  const runs: { base: number; count: number; condition: string }[] = [];
  for (const { base, count, condition } of pmm.inspect?.() ?? []) {
    const last = runs.at(-1);
    if (last?.condition === condition && last.base + last.count === base) last.count += count;
    else if (count > 0) runs.push({ base, count, condition });
  }
  expect(runs).toEqual(expected);
}`,
    },
  ];
}

/** Returns the helpers that a text uses, and the helpers that these use, in an order in which they can be declared. */
export function helpersFor(text: string, profile: Profile): readonly string[] {
  let used = text;
  const chosen = helpersOf(profile)
    .toReversed()
    .filter((helper) => {
      const isUsed = new RegExp(`\\b${helper.name}\\b`).test(used);
      if (isUsed) used += helper.text;
      return isUsed;
    });
  return chosen.toReversed().map((helper) => helper.text);
}
