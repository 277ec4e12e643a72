/** `frameproof report`: shows saved traces and results as a page of HTML. No target is run: recorded answers are judged again. */
import { Command } from 'commander';
import { decodeTrace, readTraceText } from '../counterexamples/trace/index.ts';
import { CheckedRun, type Section } from '../report/index.ts';
import { counted, decode, type Profile, parseJson } from '../spec/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { traceSection, writeHtml } from './html.ts';
import { htmlOption } from './map-flags.ts';
import { print } from './print.ts';
import { profileOption } from './profile-option.ts';

interface ReportOptions {
  readonly html: string;
  readonly profile?: Profile;
}

/** Returns the section that shows a file. */
function sectionOf(path: string, { profile }: ReportOptions): Section {
  const text = readTraceText(path);
  const data = parseJson(text, path);
  if (typeof data === 'object' && data !== null && 'situations' in data)
    return { kind: 'run', title: path, result: decode(CheckedRun, data, path) };
  const trace = decodeTrace(text, path);
  return traceSection({ title: path, trace: profile === undefined ? trace : { ...trace, profile }, path });
}

function report(files: readonly string[], options: ReportOptions): void {
  const { html } = options;
  const sections = files.map((path) => sectionOf(path, options));
  if (writeHtml(html, sections))
    print(`${html} shows ${counted(files.length, 'file')}: open it in a browser\n`);
  endWith(EXIT.holds);
}

/** Returns the command `frameproof report`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function reportCommand(): Command {
  return new Command('report')
    .description('show saved counterexamples, step by step, and results of check --json as one page of HTML')
    .argument('<files...>', 'trace files, and results of check --json')
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
