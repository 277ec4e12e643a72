/** Blocks of code on the pages of the site, and what commands print beside what a page says they print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT } from '../../cli/testing/copy-of-sources.ts';

export interface Block {
  readonly kind: string;
  readonly file: string | undefined;
  readonly isPicture: boolean;
  readonly text: string;
}

/** Returns the blocks of a page, in their order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, info = '', text = '']) => {
    const [kind = '', option = ''] = info.split(' ');
    return { kind, file: /^file=(.*)$/.exec(option)?.[1], isPicture: option === 'picture', text };
  });
}

/** Returns a line as it is compared: numbers may differ. */
function withoutNumbers(line: string): string {
  return line.replaceAll(/\d[\d,.]*/g, '0');
}

/** Expects the lines of a block in a text, in their order. */
export function expectLines(printed: string, lines: string): void {
  let rest = withoutNumbers(printed);
  for (const line of lines.trimEnd().split('\n')) {
    const at = rest.indexOf(withoutNumbers(line));
    expect(at, `${line}\nis not in\n${printed}`).toBeGreaterThanOrEqual(0);
    rest = rest.slice(at);
  }
}
