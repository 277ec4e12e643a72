/** `frameproof man`: prints the manual page, in the language of man(7), from the same descriptions as `--help`. */
import { type Argument, Command, type Option } from 'commander';
import { EXIT_CODES, examples, examplesIn } from './help.ts';
import { print } from './print.ts';

/** Returns text that roff prints as it is. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/^[.']/gm, '\\&$&');
}

function entry(term: string, text: string): readonly string[] {
  return ['.TP', `.B ${roff(term)}`, roff(text)];
}

/** Returns what the parser says of a flag's default in its help. */
export function withDefault({
  description,
  defaultValue,
  defaultValueDescription,
  mandatory,
}: Option): string {
  const value = defaultValueDescription ?? defaultValue;
  if (mandatory) return `${description} (required)`;
  return value === undefined ? description : `${description} (default: ${String(value)})`;
}

/** Returns the help of a command as `--help` prints it. */
export function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

/** Returns an argument as the synopsis of a command shows it. */
export function inSynopsis(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? name : `[${name}]`;
}

function section(command: Command): readonly string[] {
  const words = [...command.registeredArguments.map(inSynopsis), '[flags]'];
  return [
    `.SS frameproof ${roff(`${command.name()} ${words.join(' ')}`)}`,
    roff(`${command.description()}.`),
    ...command.registeredArguments.flatMap((each) => entry(each.name(), each.description)),
    ...command.options.flatMap((each) => entry(each.flags, withDefault(each))),
    '.PP',
    '.nf',
    ...examplesIn(helpOf(command)).map(roff),
    '.fi',
  ];
}

/** Returns the manual page of these commands. */
export function manPage(commands: readonly Command[]): string {
  return `${[
    '.TH FRAMEPROOF 1',
    '.SH NAME',
    'frameproof \\- checks page\\-frame allocators against a formal specification',
    '.SH SYNOPSIS',
    '.B frameproof',
    '.I command',
    '[\\fIflags\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => entry(String(code), meaning)),
    '.SH FILES',
    ...entry('frameproof.config.json', 'Flags that are passed every time; also .ts, .mts, .mjs and .js.'),
    ...entry('counterexamples/', 'Counterexamples, read first and saved to.'),
    '.SH ENVIRONMENT',
    ...entry('NO_COLOR, FORCE_COLOR', 'No colours; colours where output is not a terminal too.'),
    ...entry('CI', 'Lines on the progress, and no bars.'),
  ].join('\n')}\n`;
}

/** Returns the command `frameproof man`, which is told of all commands. */
export function manCommand(everyCommand: () => Promise<readonly Command[]>): Command {
  return new Command('man')
    .description('print the manual page')
    .addHelpText('after', examples('npx frameproof man | man -l -'))
    .action(async () => {
      print(manPage(await everyCommand()));
    });
}
