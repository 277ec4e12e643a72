import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { undocumented } from './public-names.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOORS = [
  'counterexamples/index.ts',
  'properties/index.ts',
  'properties/random/index.ts',
  'properties/random/scale/index.ts',
  'properties/explore/index.ts',
  'properties/concurrent/index.ts',
  'properties/verify/index.ts',
  'properties/log/index.ts',
] as const;

const folder = mkdtempSync(join(tmpdir(), 'frameproof-doors-'));
afterAll(() => rmSync(folder, { recursive: true }));

function findings(door: string, source: string): readonly string[] {
  writeFileSync(join(folder, 'index.ts'), door);
  writeFileSync(join(folder, 'a.ts'), source);
  return undocumented(join(folder, 'index.ts'));
}

describe('the public names', () => {
  it.each(DOORS)('of %s are listed by hand, documented and marked', (door) => {
    expect(undocumented(join(ROOT, door))).toEqual([]);
  });

  it('may be of any kind', () => {
    const source =
      '/**\n * A.\n *\n * @public\n */\nexport interface A {}\n/**\n * B.\n * @public */\nexport async function b() {}\n';
    expect(findings("export { type A, b } from './a.ts';", source)).toEqual([]);
  });

  it('follow the group of the door that lists them', () => {
    const source = '/**\n * A.\n * @internal\n */\nexport type A = 1;\n';
    const door = (group: string): string => `/** ${group} For searches. */\nexport type { A } from './a.ts';`;
    expect(findings(door('@internal'), source)).toEqual([]);
    expect(findings(door('@public'), source)).toEqual(['./a.ts: A lacks a docstring with @public']);
  });

  it('are documented where they come from if a door passes them on', () => {
    expect(findings("export { array } from './a.ts';", "export { array } from 'fast-check';\n")).toEqual([]);
  });

  it('are refused where a door exports everything, or a name is not marked or not documented', () => {
    expect(findings("export * from './a.ts';", '')).toEqual(['./a.ts: list the names']);
    const marked = '/**\n * A.\n *\n * @public\n */\nexport type A = 1;\n';
    expect(findings("export type { A, B } from './a.ts';", `${marked}export type B = 1;\n`)).toEqual([
      './a.ts: B lacks a docstring with @public',
    ]);
    expect(findings("export { b } from './a.ts';", '/** @public */\nexport const b = 1;\n')).toHaveLength(1);
  });
});
