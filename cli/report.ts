/** `frameproof report`: shows saved traces as a page of HTML. Their targets are not run: the recorded answers are judged again. */
import { Command } from 'commander';
import { readTrace } from '../counterexamples/trace/index.ts';
import { counted, type Profile } from '../spec/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { traceSection, writeHtml } from './html.ts';
import { htmlOption } from './options.ts';
import { print } from './print.ts';
import { profileOption } from './target-options.ts';

interface ReportOptions {
  readonly html: string;
  readonly profile?: Profile;
}

function report(files: readonly string[], { html, profile }: ReportOptions): void {
  const sections = files.map((path) => traceSection({ title: path, trace: readTrace(path), profile, path }));
  if (writeHtml(html, sections))
    print(`${html} shows ${counted(files.length, 'trace')}: open it in a browser\n`);
  endWith(EXIT.holds);
}

/** Returns the command `frameproof report`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function reportCommand(): Command {
  return new Command('report')
    .description('show saved counterexamples, step by step, as one page of HTML')
    .argument('<files...>', 'trace files')
    .addOption(htmlOption().default('report.html'))
    .addOption(profileOption())
    .addHelpText(
      'after',
      examples(
        'npx frameproof report corpus/double-free.json',
        'npx frameproof report counterexamples/*.json --html found.html',
      ),
    )
    .action(report);
}
