/**
 * `npm run linux`: judges the page allocator of Debian's own kernel, which boots in QEMU with a load, and then its trace with planted
 * edits. Fails where the trace is not admitted, less than 60 % of it is decided, or an edit is judged wrongly.
 *
 *     npm run linux -- --out trace.txt      # keeps the trace, for frameproof judge --format ftrace
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type JudgedLog, judgeLog } from '../../counterexamples/log/index.ts';
import { bootLinux } from './boot.ts';
import { editsOf } from './edits.ts';

const { values } = parseArgs({
  options: { out: { type: 'string' }, folder: { type: 'string', default: 'build/linux' } },
});
const scratch = mkdtempSync(join(tmpdir(), 'frameproof-linux-'));

function judged(lines: readonly string[]): Promise<JudgedLog> {
  const path = join(scratch, 'trace.txt');
  writeFileSync(path, lines.join('\n'), 'latin1');
  return judgeLog(path, { format: 'ftrace' });
}

function undecidedIn({ undecided }: JudgedLog): number {
  return Object.values(undecided).reduce((sum, count) => sum + count, 0);
}

const LEAST_DECIDED = 0.6;
let isWrong = false;

/** Prints a line, and takes note of what must not be. */
function report(text: string, isRight: boolean): void {
  console.log(`${isRight ? 'ok   ' : 'WRONG'} ${text}`);
  isWrong ||= !isRight;
}

try {
  const text = bootLinux(values.folder);
  if (values.out !== undefined) writeFileSync(values.out, text, 'latin1');
  const lines = text.split('\n');
  const whole = await judged(lines);
  const share = 1 - undecidedIn(whole) / whole.operations;
  const found =
    whole.violation === null ? '' : `, line ${whole.violation.line}: ${whole.violation.explanation}`;
  report(
    `${whole.verdict}: ${whole.operations} events, ${Math.round(100 * share)} % decided, ${whole.held} page frames held in the end${found}`,
    whole.verdict === 'admitted' && share >= LEAST_DECIDED,
  );
  for (const [reason, count] of Object.entries(whole.undecided))
    console.log(`      ${count} undecided: ${reason}`);
  for (const { name, lines: edited, line } of editsOf(lines)) {
    const log = await judged(edited);
    const at = log.violation?.line ?? null;
    const more = undecidedIn(log) - undecidedIn(whole);
    const how =
      at === null ? `no violation, ${more} more undecided` : `line ${at}: ${log.violation?.explanation}`;
    report(`${name}: ${how}`, at === line && (line !== null || more > 0));
  }
} finally {
  rmSync(scratch, { recursive: true });
}
if (isWrong) process.exitCode = 1;
