/**
 * A program under gdb: the executable of a target runs it up to the call that broke a clause, and stops there. The calls are
 * convenience variables ($call1), and so is what each has handed out ($a, $b[3]).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Execution, Target } from '../runner/index.ts';
import { GREETING, headerText, requestOf } from '../runner/process/index.ts';
import { temporaryFolder, writeFile } from '../spec/files/index.ts';
import { type Call, formatProgram, isAllocation, resultName, SpecError } from '../spec/index.ts';

/** Whoever debugs takes their time: a day of it, and a TiB for what gdb itself may allocate there. */
const LIMITS = { timeLimitMs: 86_400_000, memoryMib: 2 ** 20 };

/** The function of the harness that a line `break` calls. */
const BREAK = 'fp_break';
const ELF = Buffer.from('\x7fELF');

/** Throws `SpecError` if a target is not an executable in which gdb can stop before a call. */
export function refuseUnstoppable(path: string): void {
  const file = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0);
  if (file.subarray(0, ELF.length).equals(ELF) && file.includes(BREAK)) return;
  throw new SpecError(
    `--gdb: expected an executable with the harness native/frameproof.c of this version, and with its symbols: ${path} is not one`,
  );
}

/** Returns the words of a program as the executable reads them, with a line `break` before the last operation; null for init. */
function requestText(execution: Execution, { profile }: Target): readonly [string, Sent] {
  const { operations, dangling, world } = execution;
  const leftOut = operations.map((_, at) => {
    const passedOver = dangling.find((one) => one.at === at);
    return passedOver === undefined ? null : (passedOver.beyond ?? 'it names what was not handed out');
  });
  const { text, omitted } = requestOf(operations, { profile, leftOut });
  const at = execution.violation?.at ?? operations.length - 1;
  const before = omitted.slice(0, Math.max(0, at)).filter((why) => why === null).length;
  const header = `${GREETING}${headerText(world, LIMITS, profile)}`;
  if (at < 0) return [`${header.replace(/init\n$/, 'break\ninit\n')}end\n`, { at, omitted }];
  const lines = text.split('\n');
  return [
    `${header}${[...lines.slice(0, before), 'break', ...lines.slice(before)].join('\n')}`,
    { at, omitted },
  ];
}

/** The place of the call at fault, -1 for init; and for each operation why it was not sent, null for those sent. */
interface Sent {
  readonly at: number;
  readonly omitted: readonly (string | null)[];
}

/** Names of registers, which have no more than two letters where they are not followed by a number: $a to $z are none. */
function variableOf(result: number): string {
  const name = resultName(result);
  return name.length === 1 ? name : `${name}_`;
}

/** Entries of `fp_at_break`: the function that is called next, the pointer to physical address 0, and what each result names. */
const AT_BREAK = '(*(void ***)&fp_at_break)';

/** How the pages of a result are looked at: `$b[3]` is the fourth in each case. */
const TYPES: Readonly<Partial<Record<Call, string>>> = {
  allocPages: '(void **)',
  allocBitmap: '(unsigned char (*)[4096])',
  allocWithin: '(unsigned char (*)[4096])',
};

/** Returns the commands that set the variables of results handed out before the call at fault. */
function resultCommands({ operations }: Execution, { at, omitted }: Sent): readonly string[] {
  let [named, sent] = [0, 0];
  const commands: string[] = [];
  operations.slice(0, Math.max(0, at)).forEach(({ call }, index) => {
    if (!isAllocation(call)) return;
    const isSent = omitted[index] === null;
    if (isSent) commands.push(`set $${variableOf(named)} = ${TYPES[call] ?? ''}${AT_BREAK}[${2 + sent}]`);
    named += 1;
    sent += isSent ? 1 : 0;
  });
  return commands;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** Returns the commands that lead gdb to the call at fault. */
function script(execution: Execution, sent: Sent, request: string): string {
  const calls = formatProgram(execution.operations);
  const title = sent.at < 0 ? 'init' : `operation ${sent.at + 1}: ${calls[sent.at] ?? ''}`;
  const { clause = '', explanation = '' } = execution.violation ?? {};
  return [
    'set pagination off',
    'set confirm off',
    'set breakpoint pending off',
    'set follow-fork-mode child',
    'set print inferior-events off',
    'set print thread-events off',
    ...calls.map((call, at) => `set $call${at + 1} = "${quoted(call)}"`),
    `tbreak ${BREAK}`,
    `run < '${request}' > /dev/null`,
    `set $base = (unsigned char *)${AT_BREAK}[1]`,
    ...resultCommands(execution, sent),
    // A call that the harness makes in some other way has no function to stop in.
    `if ${AT_BREAK}[0] != 0`,
    `tbreak *${AT_BREAK}[0]`,
    'continue',
    'end',
    'set pagination on',
    'set confirm on',
    `echo ${`${title}\n${clause}: ${explanation}`.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\\n`,
    // Past the instructions that set the frame up, where the lines of the source are known.
    'python gdb.selected_frame().find_sal().line and gdb.execute("step")',
    '',
  ].join('\n');
}

/** Runs an executed program again under gdb, which stops where it broke a clause. Returns when gdb ends. */
export function debugUnderGdb(execution: Execution, target: Target, args: readonly string[]): void {
  const folder = temporaryFolder('frameproof-gdb');
  // Ctrl-C is for gdb.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  try {
    const [text, sent] = requestText(execution, target);
    const [request, commands] = [join(folder, 'request'), join(folder, 'commands')];
    writeFile(request, text);
    writeFile(commands, script(execution, sent, request));
    const words = ['-q', '-x', commands, ...args, '--args', resolve(target.name)];
    const { error } = spawnSync('gdb', words, { stdio: 'inherit' });
    if (error !== undefined)
      throw new SpecError(`--gdb: expected gdb, and it cannot be started: ${error.message}`, {
        cause: error,
      });
  } finally {
    process.off('SIGINT', ignore);
    rmSync(folder, { recursive: true });
  }
}
