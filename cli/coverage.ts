/** The coverage of a check: the lines and branches of the allocator that programs entered, in the text, in JSON and as lcov. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Gap, gapsOf, metBy, type SampledProgram } from '../properties/random/coverage/index.ts';
import { runCampaign } from '../properties/random/index.ts';
import { CoverageRun, type SourceCoverage } from '../runner/coverage/index.ts';
import { makeFolder, writeFile } from '../spec/files/index.ts';
import { counted } from '../spec/index.ts';
import type { ExtraResult } from './check-result.ts';
import { campaignOf, type PreparedCheck } from './check-setup.ts';
import { lcovText } from './lcov.ts';
import { writtenOrSaid } from './output-file.ts';

/** Short programs that tell what leads where. */
const SAMPLE = { programs: 64, operations: 8 } as const;
/** More gaps are in the files only. */
const SHOWN = 20;

export class CheckCoverage {
  readonly #run = new CoverageRun();
  readonly #folder: string;

  constructor(folder: string) {
    makeFolder(folder);
    this.#folder = folder;
  }

  /** Ends the count, writes the files, and returns the lines and the JSON. What cannot be read is said. */
  async end(check: PreparedCheck, signal: AbortSignal): Promise<ExtraResult | undefined> {
    try {
      const sources = writtenOrSaid('--coverage', () => this.#run.take());
      if (sources === null) return undefined;
      const isFull = gapsOf(sources, []).length === 0;
      const gaps = gapsOf(sources, isFull ? [] : await this.#sample(check, signal));
      const json = { sources: sources.map(totals), gaps: gaps.map(named) };
      writtenOrSaid('--coverage', () => {
        writeFile(join(this.#folder, 'lcov.info'), lcovText(sources));
        writeFile(join(this.#folder, 'coverage.json'), `${JSON.stringify(json, null, 1)}\n`);
      });
      return { lines: this.#lines(sources, gaps), json: { coverage: json } };
    } finally {
      this.#run.close();
    }
  }

  /** Runs short programs one by one, each with what it met and entered. */
  async #sample(check: PreparedCheck, signal: AbortSignal): Promise<readonly SampledProgram[]> {
    const sample: SampledProgram[] = [];
    const options = { ...campaignOf(check), programs: 1, operations: SAMPLE.operations, signal };
    for (let i = 1; i <= SAMPLE.programs && !signal.aborted; i += 1) {
      const result = await runCampaign({ ...options, seed: check.seed + i });
      sample.push({ met: metBy(result), entered: this.#run.take() });
    }
    return sample;
  }

  #lines(sources: readonly SourceCoverage[], gaps: readonly Gap[]): readonly string[] {
    if (sources.length === 0)
      return [
        '',
        'coverage: nothing was counted: expected a module, or what frameproof build --counters has made',
      ];
    const more = gaps.length - SHOWN;
    return [
      '',
      ...sources.map(sourceLine),
      ...(gaps.length === 0 ? [] : ['never entered:', ...gaps.slice(0, SHOWN).flatMap(gapLines)]),
      ...(more > 0 ? [`  and ${counted(more, 'more place', 'more places')}`] : []),
      `written to ${join(this.#folder, 'lcov.info')}`,
    ];
  }
}

/** Returns the path from the current folder. */
function named<T extends { readonly file: string }>(one: T): T {
  return { ...one, file: relative(process.cwd(), one.file) };
}

function share(counts: readonly number[]): { readonly entered: number; readonly all: number } {
  return { entered: counts.filter((count) => count > 0).length, all: counts.length };
}

function totals(source: SourceCoverage): object {
  const { file } = named(source);
  return {
    file,
    lines: share([...source.lines.values()]),
    branches: share(source.branches.map(({ count }) => count)),
  };
}

function sourceLine(source: SourceCoverage): string {
  const [lines, branches] = [
    share([...source.lines.values()]),
    share(source.branches.map(({ count }) => count)),
  ];
  return `entered ${named(source).file}: ${lines.entered} of ${counted(lines.all, 'line')}, ${branches.entered} of ${counted(branches.all, 'branch', 'branches')}`;
}

/** Returns the text of a line of a source; empty where it cannot be read. */
function textAt(file: string, line: number): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1]?.trim() ?? '';
  } catch {
    return '';
  }
}

const KINDS = { function: '', lines: '', branch: 'a branch of ' } as const;

function gapLines({ file, kind, first, last, nearest }: Gap): readonly string[] {
  const place = `${relative(process.cwd(), file)}:${first}${last > first ? `-${last}` : ''}`;
  return [
    `  ${place}  ${KINDS[kind]}${textAt(file, first)}`,
    ...(nearest === null ? [] : [`    nearest: ${nearest}`]),
  ];
}
