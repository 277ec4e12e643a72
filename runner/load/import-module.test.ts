import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importModule } from './import-module.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const CLASS = `namespace Zone { export const first = 3; }
enum Kind { One = 1, Two }
export default class { constructor(private readonly kind = Kind.Two) {} sum(): number { return this.kind + Zone.first; } }
`;

describe('TypeScript that Node.js does not run by itself runs:', () => {
  written('dependency.ts', `import type { Nothing } from './nothing.ts';\n${CLASS}`);

  it.each([
    ['enums, namespaces and parameter properties', 'module.ts', CLASS],
    ['in a module that is marked as one', 'module.mts', CLASS],
    ['in CommonJS', 'common.cts', `${CLASS.replace('export default', 'module.exports =')}`],
    ['in a module that another one imports', 'importing.ts', `export { default } from './dependency.ts';`],
  ])('%s', async (_, name, text) => {
    const { default: Sum } = await importModule(written(name, text));
    if (typeof Sum !== 'function') throw new Error('no class');
    expect(Reflect.construct(Sum, []).sum()).toBe(5);
  });

  it('as compilers find modules: by the name of its JavaScript, without an ending, as a folder', async () => {
    mkdirSync(join(folder, 'part'));
    for (const name of ['a.ts', 'b.mts', 'part/index.ts']) written(name, `export const here = '${name}';`);
    const text = `import { here as a } from './a.js';
import { here as b } from './b.mjs';
import { here as c } from './a';
import { here as d } from './part';
export const found: readonly string[] = [a, b, c, d];`;
    const { found } = await importModule(written('named.ts', text));
    expect(found).toEqual(['a.ts', 'b.mts', 'a.ts', 'part/index.ts']);
  });

  it('in a package that is CommonJS', async () => {
    mkdirSync(join(folder, 'package'));
    written('package/package.json', '{ "type": "commonjs" }');
    written('package/old.ts', 'exports.old = 1 as number;');
    written('package/part.ts', '/** Two. */\nexport const part: number = 2;');
    const text = `import { old } from './old.ts';
import { part } from './part';
export const sum: number = old + part;`;
    const { sum } = await importModule(written('package/whole.ts', text));
    expect(sum).toBe(3);
  });

  it('where a compiler made CommonJS of it', async () => {
    const text = `Object.defineProperty(exports, '__esModule', { value: true });
exports.profile = { zones: 1 };
exports.default = class {};`;
    const { default: Compiled, profile } = await importModule(written('compiled.cjs', text));
    expect([typeof Compiled, profile]).toEqual(['function', { zones: 1 }]);
  });

  it('with the lines of its source in stacks', async () => {
    const path = written(
      'lines.ts',
      `${CLASS}\nexport function fail(): never {\n  throw new Error('here');\n}\n`,
    );
    const { fail } = await importModule(path);
    if (typeof fail !== 'function') throw new Error('no function');
    expect(fail).toThrow(expect.objectContaining({ stack: expect.stringContaining(`${path}:6:9`) }));
  });
});

describe('a module that cannot be imported is refused with the place of the error:', () => {
  it.each([
    [
      'thrown.mjs',
      'const empty = {};\nexport default empty.a.b;',
      /: TypeError: Cannot read properties of undefined \(reading 'b'\) \(.*thrown\.mjs:2:/,
    ],
    ['typed.mts', 'const a: number = 1;\nthrow new Error("no");', /: Error: no \(.*typed\.mts:2:7\)$/],
    ['end.mjs', 'export const a = 1;\nexport class {', /: SyntaxError: .*end\.mjs:2\)$/],
    [
      'decorated.ts',
      'const a: number = 1;\nexport class A { @a m(): void {} }',
      /: SyntaxError: .*decorated\.ts:2\)$/,
    ],
    ['enum.ts', 'enum A { B }\nexport const a: number = = 3;', /: SyntaxError: .*enum\.ts:2(:\d+)?\)$/],
    [
      'missing.mjs',
      "import { gone } from 'node:fs';",
      /does not provide an export named 'gone' \(.*missing\.mjs:1\)$/,
    ],
    [
      'lost.ts',
      "import './nowhere.js';",
      /: Error: Cannot find module '.*nowhere\.js' imported from .*lost\.ts/,
    ],
    [
      'proxy.mjs',
      'throw new Proxy({}, { getPrototypeOf() { throw 1; }, get() { throw 2; } });',
      /: expected a module that can be imported: /,
    ],
  ])('%s', async (name, text, message) => {
    await expect(importModule(written(name, text))).rejects.toThrow(message);
  });
});
