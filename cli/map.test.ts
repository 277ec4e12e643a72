import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { isSpecError } from '../spec/index.ts';
import { importMemoryMap } from '../spec/maps/index.ts';
import { takeOutcome } from './exit-codes.ts';
import { mapCommand } from './map.ts';
import { streams } from './print.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-map-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const dump = file('box.txt', 'BIOS-e820: [mem 0x0-0x7ffffff] usable');
const two = file(
  'two.log',
  'BIOS-e820: [mem 0x0-0x7ffffff] usable',
  'Linux version 6',
  'BIOS-e820: [mem 0x0-0x3ffffff] usable',
);

/** The output of the command, and the exit code that it sets. */
interface Run {
  readonly out: string;
  readonly err: string;
  readonly exitCode: unknown;
}

async function ran(...words: readonly string[]): Promise<Run> {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(streams, 'out').mockImplementation((text) => out.push(text) > 0);
  vi.spyOn(streams, 'err').mockImplementation((text) => err.push(text) > 0);
  await mapCommand().parseAsync(words, { from: 'user' });
  return { out: out.join(''), err: err.join(''), exitCode: takeOutcome() };
}

async function run(...words: readonly string[]): Promise<string> {
  return (await ran(...words)).out;
}

/** Returns the message of the error that the command ends in. */
async function refusal(...words: readonly string[]): Promise<string> {
  const error = await run(...words).catch((e: unknown) => e);
  if (isSpecError(error)) return error.message;
  throw error;
}

describe('frameproof map', () => {
  it('prints a report, and how the map was read', async () => {
    expect(await run(dump)).toMatch(
      /^box: 1 entry of e820-dmesg, 1 region\nread {6}line 1 of a Linux boot log\nnote /,
    );
  });

  it('divides the zones where it is told to', async () => {
    expect(await run(dump, '--bitmap-max-addr', '0x1000')).toContain('bitmap limit 0x1000');
  });

  it('prints JSON that is read again as the same map', async () => {
    const json = await run(dump, '--json');
    expect(importMemoryMap(json, 'again.json').map).toEqual(
      importMemoryMap('BIOS-e820: [mem 0x0-0x7ffffff] usable', dump).map,
    );
  });

  it('prints the e820 table of a boot log, or a Limine request, and says what these do not tell apart', async () => {
    const shell = file(
      'shell.txt',
      'BS_Data 0000000000000000-0000000000000FFF 0000000000000001 000000000000000F',
    );
    expect(await ran(shell, '--as', 'e820')).toMatchObject({
      out: 'BIOS-e820: [mem 0x0000000000000000-0x0000000000000fff] usable\n',
      err: 'frameproof: e820 has fewer types: written bootServicesData as usable\n',
    });
    expect(await run(shell, '--as', 'limine')).toContain('.type = LIMINE_MEMMAP_USABLE }');
  });

  it('reads the boot and the table that are named, and names those that it does not read', async () => {
    expect(await refusal(two)).toMatch(/^.*two\.log: line 3: expected one table .*--boot 1 to 2, or last/);
    expect(await run(two, '--boot', '1')).toContain('not used  e820-dmesg, line 3: --boot 2 reads it');
    expect(await run(two, '--boot', 'last')).toContain('64 MiB conventional');
    expect(await refusal(two, '--boot', '0')).toBe('--boot: expected a number from 1, or last, found "0"');
    expect(await refusal(dump, '--table', 'iomem')).toMatch(
      /--table: expected a table of this dump \(e820-dmesg\)/,
    );
  });

  it('leaves out what cannot be read, and reads what is there, where it is told to, and says so', async () => {
    const bad = file('bad.txt', 'BIOS-e820: [mem 0x0-0xfff] usable', 'BIOS-e820: [mem 0x9000-0x1fff] usable');
    expect(await refusal(bad)).toMatch(/line 2: expected a range that ends after its start.*--lenient/);
    expect(await run(bad, '--lenient')).toMatch(
      /\nwarning {3}line 2: expected a range that ends after its start/,
    );
    expect((await ran(bad, '--lenient', '--json')).err).toMatch(/^frameproof: warning: line 2: expected /);
    const part = file('part.txt', 'efi: mem05: type=7, attr=0xf, range=[0x0-0x1000) (0MB)');
    expect(await refusal(part)).toMatch(/entries 0 to 4 are missing.*--partial/);
    expect(await run(part, '--partial')).toContain('warning');
  });

  it('uses no RAM beyond --mem, and none above the physical limit unless there is some', async () => {
    expect(await run(dump, '--mem', '64M')).toContain('64 MiB conventional');
    expect(await refusal(dump, '--mem', 'much')).toBe(
      '--mem: expected a size such as 512M or 4G, found "much"',
    );
    const high = file('riscv.txt', '  node   0: [mem 0x10000000000000-0x10000000ffffff]');
    expect(await refusal(high)).toContain('at or below 2^52');
    expect(await run(high, '--physical-bits', '56')).toContain('0x10000001000000');
    expect(await refusal(high, '--physical-bits', '64')).toBe(
      '--physical-bits: expected a number from 32 to 56, found "64"',
    );
  });

  it('shows what differs between two maps, and says so in the exit code', async () => {
    const other = file(
      'other.txt',
      'BIOS-e820: [mem 0x0-0x7ff0fff] usable',
      'BIOS-e820: [mem 0x7ff1000-0x7ff1fff] ACPI NVS',
    );
    const { out, exitCode } = await ran(dump, other);
    expect(out).toMatchInlineSnapshot(`
      "before    box (1 entry of e820-dmesg)
      after     other (2 entries of e820-dmesg)

          start       end pages   size before       after   other owner
      --------- --------- ----- ------ ------------ ------- -----------
      0x7ff1000 0x7ff2000     1  4 KiB conventional acpiNvs yes
      0x7ff2000 0x8000000    14 56 KiB conventional hole    yes

      15 page frames differ, 15 of them by owner
      "
    `);
    expect(exitCode).toBe(1);
    expect(await ran(dump, dump)).toMatchObject({
      out: expect.stringMatching(/\nno page frame differs\n$/),
      exitCode: 0,
    });
  });

  it('throws an error of one line for a bad flag and for a bad file', async () => {
    for (const words of [[dump, '--bitmap-max-addr', '12'], [join(folder, 'none')]])
      expect(await refusal(...words)).not.toContain('\n');
  });
});
