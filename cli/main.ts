/** The command line: parse, call, render. However the process ends, its exit code says what was shown. */
import { readdirSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, endWith, noteLate, takeOutcome } from './exit-codes.ts';
import { errorLine, type Failure, failureOf, NO_RESULT } from './failure.ts';
import { EXIT_CODES, examples } from './help.ts';
import { print, printError, printsData, say } from './print.ts';

async function version(): Promise<string> {
  const { packageFolder } = await import('./package-folder.ts');
  const { version } = JSON.parse(readFileSync(`${packageFolder()}/package.json`, 'utf8'));
  return String(version);
}

/** Every command, in the order in which help lists them. Each is loaded when it is needed. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['init', async () => (await import('./init.ts')).initCommand()],
  ['check', async () => (await import('./check.ts')).checkCommand()],
  ['profile', async () => (await import('./profile.ts')).profileCommand()],
  ['build', async () => (await import('./build.ts')).buildCommand()],
  ['explore', async () => (await import('./explore.ts')).exploreCommand()],
  ['merge', async () => (await import('./merge.ts')).mergeCommand()],
  ['verify', async () => (await import('./verify.ts')).verifyCommand()],
  ['replay', async () => (await import('./replay.ts')).replayCommand()],
  ['shrink', async () => (await import('./shrink.ts')).shrinkCommand()],
  ['report', async () => (await import('./report.ts')).reportCommand()],
  ['export', async () => (await import('./export.ts')).exportCommand()],
  ['judge', async () => (await import('./judge.ts')).judgeCommand()],
  ['record', async () => (await import('./record.ts')).recordCommand()],
  ['map', async () => (await import('./map.ts')).mapCommand()],
  ['soak', async () => (await import('./soak.ts')).soakCommand()],
  ['completion', async () => (await import('./completion.ts')).completionCommand(everyCommand)],
  ['man', async () => (await import('./man.ts')).manCommand(everyCommand)],
]);

/** Loads all commands. */
function everyCommand(): Promise<readonly Command[]> {
  return Promise.all([...COMMANDS.values()].map((load) => load()));
}

/** Returns the command that a command line begins with, none for `--version`, and all for anything else: help lists them. */
function needed(args: readonly string[]): Promise<readonly Command[]> {
  const [first = '', ...others] = args;
  if (others.length === 0 && first === '--version') return Promise.resolve([]);
  const named = COMMANDS.get(first);
  return named === undefined ? everyCommand() : Promise.all([named()]);
}

/** Returns the parser of a command line, with the commands that it needs. */
async function programFor(args: readonly string[]): Promise<Command> {
  const command = new Command('frameproof')
    .description('checks page-frame allocators: one specification, one judge, counterexamples worth reading')
    .addHelpText(
      'after',
      `${examples('npx frameproof init', 'npx frameproof check', 'npx frameproof check --target my-pmm.ts', 'npx frameproof help check')}\n\nExit codes: ${EXIT_CODES.map((each) => each.join(' ')).join(', ')}`,
    );
  // A command has no such flag, and loads no more than it needs.
  if (!COMMANDS.has(args[0] ?? '')) command.version(await version());
  for (const each of await needed(args)) command.addCommand(each);
  // Sub-commands do not inherit these from their parent.
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({
      writeOut: print,
      writeErr: printError,
      outputError: () => {},
    });
  return command;
}

/** Prints a failure at once, also where the process is about to end. */
function fail({ text, exitCode }: Failure): void {
  printError(text);
  endWith(exitCode);
}

/** Output that a target prints through these streams may be lost: it is not part of the result. */
function tolerateLostStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Returns the failure of a command line with a flag that has another name now, or null. */
async function renamedFlag(error: unknown, command = ''): Promise<Failure | null> {
  if (!(error instanceof CommanderError)) return null;
  const { renamingIn } = await import('./renamed-flags.ts');
  const message = renamingIn(error.message, command);
  return message === null ? null : { text: errorLine(message), exitCode: EXIT.unusable };
}

/** Returns a command line with the flags that the configuration file of this folder adds, where there is one. */
async function configured(program: Command, args: readonly string[]): Promise<readonly string[]> {
  const [name = '', ...others] = args;
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined || !readdirSync('.').some((each) => each.startsWith('frameproof.config.')))
    return args;
  const { wordsFrom } = await import('./config-file.ts');
  return [name, ...(await wordsFrom(process.cwd(), { command, args: others }, everyCommand)), ...others];
}

/** Returns `help NAME` as `NAME --help`: the parser's own answers an unknown name with the help of all. */
function withoutHelp(args: readonly string[]): readonly string[] {
  const [first, name = ''] = args;
  if (first !== 'help' || name === '') return args;
  return COMMANDS.has(name) ? [name, '--help'] : args.slice(1);
}

/** Command lines that print data. */
const DATA = /^(record|export|completion|man)\b| --(json|as|emit)\b/;

/** Runs a command line to its result, whose exit code it sets; returns the failure where it ends without one. */
export async function run(line: readonly string[]): Promise<Failure | null> {
  const args = withoutHelp(line);
  try {
    const program = await programFor(args);
    const words = await configured(program, args);
    printsData(DATA.test(words.join(' ')));
    await program.parseAsync([...words], { from: 'user' });
    return null;
  } catch (error) {
    return (await renamedFlag(error, args[0])) ?? failureOf(error, args.includes('--verbose'));
  }
}

/** The way out of a process that a supervisor started; null in any other. */
type Supervision = typeof import('./supervised.ts') | null;

/** Ends as the command does: with its outcome, whatever a target has made of this process. */
function conclude(supervision: Supervision): void {
  const exitCode = takeOutcome();
  supervision?.reportOutcome(exitCode);
  process.exitCode = exitCode;
}

/** Says once what a target threw outside its calls, in a timer or a promise. It may throw when it is looked at. */
async function noteStray(error: unknown, supervision: Supervision): Promise<void> {
  const { isOurs, lookAt } = await import('../runner/index.ts');
  if (isOurs(error)) {
    fail(failureOf(error));
    conclude(supervision);
    return;
  }
  const { text } = lookAt(error);
  if (noteLate(text)) say(`violated: the target threw outside its calls: ${text}`);
}

/** Runs a command line, without the first two words of `process.argv`, as all that this process does; sets the exit code. */
export async function main(args: readonly string[], supervision: Supervision = null): Promise<void> {
  const onEarlyExit = (): void => {
    fail(NO_RESULT);
    conclude(supervision);
  };
  process.once('exit', onEarlyExit);
  tolerateLostStreams();
  if (supervision !== null) {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, (error) => void noteStray(error, supervision));
    supervision.heedSupervisor();
  } else
    process.on('uncaughtException', (error) => {
      process.off('exit', onEarlyExit);
      fail(failureOf(error));
      conclude(supervision);
      process.exit();
    });
  const failure = await run(args);
  if (failure !== null) fail(failure);
  await supervision?.quiet();
  process.off('exit', onEarlyExit);
  conclude(supervision);
}
