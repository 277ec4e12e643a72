/** Claims: which functions of which files are proved, by which statements. */
import { fileURLToPath } from 'node:url';
import * as heldBits from './held-bits-statements.ts';
import type { Claim } from './prove.ts';
import { runnablesOf } from './runnable.ts';
import { type FunctionSource, SourceFile } from './source.ts';
import type { Statement } from './statement.ts';
import * as word from './word-statements.ts';

/** A file of functions, and statements of the same names. */
interface Subject {
  readonly path: string;
  readonly statements: string;
  readonly of: Readonly<Record<string, Statement>>;
  /** Whether each function of the file must have a statement. */
  readonly isWhole: boolean;
}

const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const STATEMENTS = 'assurance/prove';

/** The theorems of `npm run prove`. */
export const SUBJECTS: readonly Subject[] = [
  { path: 'impl/word.ts', statements: `${STATEMENTS}/word-statements.ts`, of: { ...word }, isWhole: true },
  {
    path: 'impl/held-bits.ts',
    statements: `${STATEMENTS}/held-bits-statements.ts`,
    of: { ...heldBits },
    isWhole: true,
  },
];

const WRONG_FILE = `${STATEMENTS}/fixtures/wrong-kernels.ts`;

/** Kernels that are wrong for few inputs, held to the statements of the right ones. */
export const WRONG: readonly Subject[] = [
  {
    path: WRONG_FILE,
    statements: `${STATEMENTS}/word-statements.ts`,
    of: { zerosBelow: word.zerosBelow, countOnes: word.countOnes, runStartsAcross: word.runStartsAcross },
    isWhole: false,
  },
  {
    path: WRONG_FILE,
    statements: `${STATEMENTS}/held-bits-statements.ts`,
    of: { isHeld: heldBits.isHeld },
    isWhole: false,
  },
];

/** Returns the index in the buffer of the first word of held bits, as the layout has it. */
function heldAt(): number {
  const meaning = SourceFile.read(inRoot('impl/layout.ts')).lookUp('HELD_AT');
  if (meaning?.kind === 'constant' && meaning.value.type === 'NumericLiteral') return meaning.value.value;
  throw new TypeError('impl/layout.ts: expected HELD_AT to be a number');
}

/** Returns the claims of a subject in the order of its file; throws where a function has no statement, or a statement no function. */
export async function claimsOf(subject: Subject): Promise<readonly Claim[]> {
  const file = SourceFile.read(inRoot(subject.path), subject.path);
  const statements = SourceFile.read(inRoot(subject.statements), subject.statements);
  const runnables = await runnablesOf(file);
  const names = file.functions.map(({ name }) => name);
  const missing = Object.keys(subject.of).filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new TypeError(`${file.name}: expected functions ${missing.join(', ')}, which have statements`);
  return file.functions.flatMap((source) => {
    const statement = subject.of[source.name];
    const run = runnables.get(source.name);
    if (statement === undefined && subject.isWhole)
      throw file.error(source.node, `${source.name} has no statement`);
    if (statement === undefined || run === undefined) return [];
    const holds = textIn(statements, source.name, 'holds');
    if (holds === null) throw new TypeError(`${statements.name}: expected a statement on ${source.name}`);
    return [
      {
        function: source,
        run,
        statement,
        holds,
        given: textIn(statements, source.name, 'given'),
        heldAt: heldAt(),
      },
    ];
  });
}

/** Returns the text of one function of a statement: `export const NAME: Statement = { KEY: (…) => … }`. */
function textIn(file: SourceFile, name: string, key: string): FunctionSource | null {
  const meaning = file.lookUp(name);
  if (meaning?.kind !== 'constant' || meaning.value.type !== 'ObjectExpression') return null;
  for (const property of meaning.value.properties) {
    if (property.type !== 'ObjectProperty' || property.key.type !== 'Identifier') continue;
    if (property.key.name === key && property.value.type === 'ArrowFunctionExpression')
      return file.arrow(`${name}.${key}`, property.value);
  }
  return null;
}
