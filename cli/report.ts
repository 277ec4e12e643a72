/** `frameproof report`: shows saved traces and results as a page of HTML. No target is run: recorded answers are judged again. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { decodeTrace, readTraceText } from '../counterexamples/trace/index.ts';
import { CheckedRun, PrintedResult, resultSection, type Section, VerifiedSides } from '../report/index.ts';
import { config, counted, decode, MemoryMap, type Profile, parseJson, SpecError } from '../spec/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { checkSections, traceSection, writeHtml } from './html.ts';
import { htmlOption } from './map-flags.ts';
import { commandLine } from './next-step.ts';
import { profileOption } from './options.ts';
import { print } from './print.ts';

interface ReportOptions {
  readonly html: string;
  readonly profile?: Profile;
}

/** Returns the files that a result names, as far as they are still there, each once. */
function filesNamedIn({ counterexample = null, counterexamples = [] }: PrintedResult): readonly string[] {
  const files = [counterexample, ...counterexamples].flatMap((one) => one?.file ?? []);
  return [...new Set(files)].filter((file) => existsSync(file));
}

/** Returns the sections that show a shard of a run. */
async function shardSections(path: string): Promise<readonly Section[]> {
  const { readShardRun } = await import('../properties/random/scale/index.ts');
  const { findings, result, run } = readShardRun(path);
  const reports = findings.map(({ trace, shrunk }) => ({ trace: shrunk, found: trace, path: null }));
  return checkSections({ reports, result, target: `${run.target.name}: ${path}` });
}

/** Returns the section of a result without the counterexamples that it names. */
function resultOf(data: object, path: string): Section {
  if ('situations' in data) return { kind: 'run', title: path, result: decode(CheckedRun, data, path) };
  if (!('steps' in data)) return resultSection(path, data);
  return { ...decode(VerifiedSides, data, path), kind: 'verification', title: path, differences: [] };
}

function traceSections(text: string, path: string, { profile }: ReportOptions): readonly Section[] {
  const trace = decodeTrace(text, path);
  return [traceSection({ title: path, trace: profile === undefined ? trace : { ...trace, profile }, path })];
}

/** Returns the sections that show a file. */
async function sectionsOf(
  path: string,
  options: ReportOptions & { readonly isNamed?: boolean },
): Promise<readonly Section[]> {
  const text = readTraceText(path);
  const data = parseJson(text, path);
  const format = typeof data === 'object' && data !== null && 'format' in data ? data.format : null;
  switch (format) {
    case 'frameproof/shard':
      return shardSections(path);
    case 'frameproof/memory-map':
      return [
        { kind: 'map', title: path, map: decode(MemoryMap, data, path), config: config(), other: null },
      ];
    case 'frameproof/concurrent-trace':
      if (options.isNamed === true) return [];
      throw new SpecError(
        `${path}: a history is shown by running it again: ${commandLine('replay', path, '--html', options.html)}`,
      );
    case null: {
      if (typeof data !== 'object' || data === null || !('verdict' in data))
        throw new SpecError(
          `${path}: expected a trace, a memory map, the file of a shard, or what a command prints with --json`,
        );
      const result = decode(PrintedResult, data, path);
      const named = await Promise.all(
        filesNamedIn(result).map((file) => sectionsOf(file, { ...options, isNamed: true })),
      );
      return [...named.flat(), resultOf(result, path)];
    }
    default:
      return traceSections(text, path, options);
  }
}

async function report(files: readonly string[], options: ReportOptions): Promise<void> {
  const { html } = options;
  const sections = await Promise.all(files.map((path) => sectionsOf(path, options)));
  if (writeHtml(html, sections.flat()))
    print(`${html} shows ${counted(files.length, 'file')}: open it in a browser\n`);
  endWith(EXIT.holds);
}

/** Returns the command `frameproof report`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function reportCommand(): Command {
  return new Command('report')
    .description(
      'show saved counterexamples, step by step, and results of other commands as one page of HTML',
    )
    .argument('<files...>', 'traces, files of shards, memory maps, and what commands print with --json')
    .addOption(htmlOption().default('report.html'))
    .addOption(profileOption('JSON: what the targets claim to do (default: what each file says)'))
    .addHelpText(
      'after',
      examples(
        'npx frameproof report corpus/double-free.json',
        'npx frameproof report counterexamples/*.json --html found.html',
      ),
    )
    .action(report);
}
