/**
 * The configuration file: flags that would otherwise be passed every time. `frameproof.config.json`, or a module `.ts`, `.mts`, `.mjs`
 * or `.js` with a default export, in the folder where the command runs:
 *
 *     { "target": "./my-pmm", "threads": 2, "check": { "time": 60, "junit": "results.xml" } }
 *
 * A key at the top is a flag of every command that has it, without its dashes, in camel case; one below the name of a command is for
 * that command only. Its value is what would be passed: text, a number, `true` for a flag without a value, or a list for one that may
 * be repeated. The values become words of the command line, before the user's, so that both are checked in the same way, and
 * what the user passes wins. Paths are relative to the folder, as on the command line.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command, Option } from 'commander';
import { readText } from '../spec/files/index.ts';
import { isSpecError, parseJson, SpecError } from '../spec/index.ts';

const NAMES = ['json', 'ts', 'mts', 'mjs', 'js'].map((ending) => `frameproof.config.${ending}`);

/** Commands that run what their file names: the target of the configuration is not its target. */
const NAMED_BY_FILE: ReadonlySet<string> = new Set(['replay', 'shrink', 'export', 'judge']);
const OF_TARGETS: ReadonlySet<string> = new Set(['target', 'profile', 'policy']);

type Settings = Readonly<Record<string, unknown>>;

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function load(path: string, name: string): Promise<unknown> {
  if (name.endsWith('.json'))
    return parseJson(readText(path, { of: 'configuration', mostBytes: 2 ** 20 }), name);
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return isSettings(module) ? module.default : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpecError(`${name}: expected a module with a default export: ${reason}`);
  }
}

/** Refuses a value that the flag itself refuses, and says where it stands. */
function checkValue({ parseArg }: Option, text: string, place: string): void {
  try {
    parseArg?.(text, undefined);
  } catch (error) {
    if (!isSpecError(error)) throw error;
    throw new SpecError(`${place}: ${error.message}`);
  }
}

/** Returns the words that pass `value` by a flag, and refuses what no flag takes. */
function wordsOf(option: Option, value: unknown, place: string): readonly string[] {
  const flag = option.long ?? option.name();
  if (option.isBoolean()) {
    if (typeof value === 'boolean') return value ? [flag] : [];
    throw new SpecError(`${place}: expected true or false, found ${JSON.stringify(value)}`);
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((each) => {
    if (typeof each !== 'string' && typeof each !== 'number')
      throw new SpecError(`${place}: expected text or a number, found ${JSON.stringify(each)}`);
    checkValue(option, String(each), place);
    return [`${flag}=${each}`];
  });
}

/** Returns the names of the options that an option excludes. The parser knows them and does not declare that it does. */
function excludedBy(option: Option): readonly unknown[] {
  return 'conflictsWith' in option && Array.isArray(option.conflictsWith) ? option.conflictsWith : [];
}

/** Whether the user's own words give this flag, or one that excludes it. */
function isOverruled(option: Option, { options }: Command, args: readonly string[]): boolean {
  const isGiven = ({ long, short }: Option): boolean =>
    args.some((word) => word === long || word === short || word.startsWith(`${long}=`));
  const excludes = (one: Option, other: Option): boolean => excludedBy(one).includes(other.attributeName());
  return options.some(
    (other) => isGiven(other) && (other === option || excludes(option, other) || excludes(other, option)),
  );
}

/** Returns the flags that a record of the configuration gives to a command. A key of another command is passed over. */
function flagsFor(
  command: Command,
  settings: Settings,
  place: string,
): ReadonlyMap<Option, readonly string[]> {
  const flags = new Map<Option, readonly string[]>();
  for (const [key, value] of Object.entries(settings)) {
    const option = command.options.find((each) => each.attributeName() === key);
    if (option !== undefined) flags.set(option, wordsOf(option, value, `${place}${key}`));
  }
  return flags;
}

/** Refuses keys that are not a flag of any command that they are for. */
function refuseUnknown(settings: Settings, commands: readonly Command[], place: string): void {
  const known = new Set(commands.flatMap(({ options }) => options.map((option) => option.attributeName())));
  const strange = Object.keys(settings).find((key) => !known.has(key));
  if (strange === undefined) return;
  const flags = [...known].sort((a, b) => a.localeCompare(b)).join(', ');
  throw new SpecError(
    `${place}: unknown key ${JSON.stringify(strange)}, expected a flag (${flags}), or a command and a record of its flags`,
  );
}

/** A configuration and the name of its file. */
interface Configuration {
  readonly name: string;
  readonly settings: Settings;
}

/** Reads the configuration of a folder; null where it has none. Throws a `SpecError` where it has two, or one that is not a record. */
async function readConfiguration(folder: string): Promise<Configuration | null> {
  const [name, second] = NAMES.filter((each) => existsSync(join(folder, each)));
  if (name === undefined) return null;
  if (second !== undefined) throw new SpecError(`${name}: expected one configuration, found ${second} too`);
  const settings = await load(join(folder, name), name);
  if (!isSettings(settings)) throw new SpecError(`${name}: expected a record of flags`);
  return { name, settings };
}

/** Refuses a configuration with a key that is neither a command nor a flag. */
function checkConfiguration({ name, settings }: Configuration, commands: readonly Command[]): void {
  const own = new Map(commands.map((command) => [command.name(), command]));
  const flags: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    // Editors look there for the schema of this file.
    if (key === '$schema') continue;
    const command = own.get(key);
    // `map` is a command and a flag: its value tells which.
    if (command !== undefined && isSettings(value)) refuseUnknown(value, [command], `${name}: ${key}`);
    else flags[key] = value;
  }
  refuseUnknown(flags, commands, name);
}

/** Returns the words that a configuration puts before the user's: flags of this command that the user does not give. */
function wordsFor(
  command: Command,
  { name, settings }: Configuration,
  args: readonly string[],
): readonly string[] {
  const general = flagsFor(command, settings, `${name}: `);
  const runsFile = NAMED_BY_FILE.has(command.name());
  const ofCommand = settings[command.name()];
  const own = isSettings(ofCommand)
    ? flagsFor(command, ofCommand, `${name}: ${command.name()}.`)
    : new Map<Option, readonly string[]>();
  const words: string[] = [];
  for (const option of command.options) {
    const value =
      own.get(option) ??
      (runsFile && OF_TARGETS.has(option.attributeName()) ? undefined : general.get(option));
    if (value !== undefined && !isOverruled(option, command, args)) words.push(...value);
  }
  return words;
}

/** The command line that a configuration is for. */
interface CommandLine {
  readonly command: Command;
  /** The words that the user passes to it. */
  readonly args: readonly string[];
}

/**
 * Returns the words that the configuration of `folder` puts before the user's; none without a configuration. Throws a
 * `SpecError` that names its file and the key, for any key that no command has.
 */
export async function wordsFrom(
  folder: string,
  { command, args }: CommandLine,
  everyCommand: () => Promise<readonly Command[]>,
): Promise<readonly string[]> {
  const configuration = await readConfiguration(folder);
  if (configuration === null) return [];
  checkConfiguration(configuration, await everyCommand());
  return wordsFor(command, configuration, args);
}
