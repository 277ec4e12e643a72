/** `--html`: what a command found as one page of HTML. Loaded only where it is asked for. */
import { reportPage, type Section } from '../report/index.ts';
import { writeFile } from '../spec/files/index.ts';
import type { Profile, Trace } from '../spec/index.ts';

import { writtenOrSaid } from './output-file.ts';
import { commandOnFile } from './recorded-target.ts';

/** A trace to show. */
interface Shown {
  readonly title: string;
  readonly trace: Trace;
  readonly profile?: Profile | undefined;
  /** Where it is saved, or null. */
  readonly path: string | null;
}

/** Returns the section that shows a trace. */
export function traceSection({ title, trace, profile, path }: Shown): Section {
  const replay = path === null ? null : commandOnFile('replay', path, trace.target);
  const claims = profile === undefined ? {} : { profile };
  return { kind: 'trace', title, trace, ...claims, replay };
}

/** Writes a page; returns whether it could be written. */
export function writeHtml(path: string, sections: readonly Section[]): boolean {
  return writtenOrSaid('--html', () => writeFile(path, reportPage(sections))) !== null;
}
