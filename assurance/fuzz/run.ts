/**
 * `npm run fuzz`: every decoder reads 100,000 spoilt files in all, or as many as are asked for; a minute or two. With `--file`, one
 * of the files is written down instead, to look at it. Exits 1 where a decoder does what it must not.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../../spec/text/index.ts';
import { DECODERS, type Decoder } from './decoders.ts';
import { type Finding, fileOf } from './fuzz.ts';
import { ALL, watched } from './watch.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    decoder: { type: 'string' },
    file: { type: 'string' },
  },
});
const seed = Number(values.seed);
const chosen = DECODERS.filter(({ name }) => values.decoder === undefined || name === values.decoder);
if (chosen.length === 0)
  throw new Error(`--decoder: expected one of ${DECODERS.map(({ name }) => name).join(', ')}`);

/** Shows findings that are alike. */
function show(findings: readonly Finding[]): void {
  const [first] = findings;
  if (first === undefined) return;
  const more = findings.length > 1 ? `, and ${findings.length - 1} more such files` : '';
  console.log(printable(`  file ${first.file}${more}: ${first.what}`));
}

/** Tries a decoder; returns how many findings there are. */
async function tried({ name }: Decoder, to: number): Promise<number> {
  const start = performance.now();
  const { accepted, refused, findings } = await watched(ALL, name, { seed, from: 0, to });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${name.padEnd(18)}${accepted} taken, ${refused} refused, ${findings.length} findings (${seconds} s)`,
  );
  for (const lines of Map.groupBy(findings, ({ what }) => what).values()) show(lines);
  return findings.length;
}

async function write({ name, samples }: Decoder, file: number): Promise<void> {
  const path = join(tmpdir(), `${name}-${seed}-${file}`);
  writeFileSync(path, fileOf(await samples(), seed, file));
  console.log(path);
}

async function main(): Promise<void> {
  const files = Math.ceil(Number(values.files) / chosen.length);
  const start = performance.now();
  let findings = 0;
  for (const decoder of chosen) findings += await tried(decoder, files);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${files * chosen.length} files, seed ${seed}: ${findings} findings (${seconds} s)`);
  if (findings > 0) console.log('to look at one: npm run fuzz -- --seed SEED --decoder NAME --file FILE');
  process.exitCode = findings === 0 ? 0 : 1;
}

const [first] = chosen;
if (values.file !== undefined && first !== undefined) await write(first, Number(values.file));
else await main();
