/** The specification in words says what the specification in code says. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLAUSE_NAMES } from './clauses/clause.ts';
import { CLAUSES } from './clauses/index.ts';
import { isRam, MEMORY_TYPES, type MemoryType, ownerAfterInit } from './memory-map.ts';
import { POLICIES } from './profile.ts';

const README = readFileSync(new URL('README.md', import.meta.url), 'utf8');

/** Returns the rows of the table under a heading, cell by cell, without its header. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| ') || line.startsWith('|-'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const isMemoryType = (name: string): name is MemoryType => name in MEMORY_TYPES;

describe('spec/README.md', () => {
  test('lists every clause, its gravity, its sentence and its two sides, in the order of the code', () => {
    expect(tableUnder('All clauses')).toEqual(
      CLAUSES.map(({ name, gravity, sentence, sides }) => [`\`${name}\``, gravity, sentence, ...sides]),
    );
  });

  test('lists every memory type, its number, whether it is RAM, and its owner', () => {
    expect(tableUnder('Init')).toEqual(
      Object.keys(MEMORY_TYPES)
        .filter(isMemoryType)
        .map((type) => [
          `${MEMORY_TYPES[type].efi}`,
          `\`${type}\``,
          isRam(type) ? 'yes' : 'no',
          `\`${ownerAfterInit(type)}\``,
        ]),
    );
  });

  test('names every clause beside the call or rule that it belongs to', () => {
    const [rules = ''] = README.split('## Not decided');
    const unnamed = CLAUSE_NAMES.filter((name) => !rules.includes(`\`${name}\``));
    expect(unnamed).toEqual([]);
  });

  test('describes every policy', () => {
    for (const policy of POLICIES) expect(README).toContain(`- \`${policy}\`:`);
  });

  test('names no clause that there is not', () => {
    const families = new Set(CLAUSE_NAMES.map((name) => name.replace(/\..*/, '')));
    const named = [...README.matchAll(/`([A-Za-z]+)\.([a-z-]+)`/g)].flatMap(([, family = '', rest = '']) =>
      families.has(family) ? [`${family}.${rest}`] : [],
    );
    const unknown = named.filter((name) => !CLAUSE_NAMES.some((known) => known === name));
    expect(unknown.filter((name) => !name.endsWith('.ts'))).toEqual([]);
  });
});
