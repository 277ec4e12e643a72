/**
 * Completion scripts for bash, zsh and fish, written from the descriptions of the commands that `--help` prints. Pure: from
 * descriptions to text. Values are completed where a flag lists them, and where it takes a file or a folder.
 */
import type { Command, Option } from 'commander';

/** The kind of a flag's value, by its placeholder. */
function kindOf({ flags, argChoices }: Option): 'none' | 'choice' | 'file' | 'folder' | 'other' {
  if (argChoices !== undefined) return 'choice';
  const [, placeholder] = /[<[](.*?)[>\]]/.exec(flags) ?? [];
  if (placeholder === undefined) return 'none';
  if (placeholder === 'folder') return 'folder';
  return placeholder === 'file' || placeholder === 'path' ? 'file' : 'other';
}

/** Returns the names of an option, dashes included. */
function namesOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((name) => name != null);
}

/** Returns a text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns an arm of a case of bash for the values of some flags; none where there are no such flags. */
function bashArm(options: readonly Option[], action: string): readonly string[] {
  const pattern = options.flatMap(namesOf).join('|');
  return pattern === '' ? [] : [`        ${pattern}) ${action}return ;;`];
}

function bashCase(command: Command): readonly string[] {
  const ofKind = (kind: ReturnType<typeof kindOf>): readonly Option[] =>
    command.options.filter((option) => kindOf(option) === kind);
  const values = [
    ...ofKind('choice').flatMap((option) =>
      bashArm(
        [option],
        `COMPREPLY=($(compgen -W ${quoted(option.argChoices?.join(' ') ?? '')} -- "$word")); `,
      ),
    ),
    ...bashArm(ofKind('folder'), 'COMPREPLY=($(compgen -d -- "$word")); '),
    ...bashArm(ofKind('other'), ''),
  ];
  const flags = command.options.flatMap(({ long }) => long ?? []).join(' ');
  return [
    `    ${command.name()})`,
    ...(values.length === 0 ? [] : ['      case $previous in', ...values, '      esac']),
    `      flags=${quoted(`${flags} --help`)} ;;`,
  ];
}

function bash(commands: readonly Command[]): readonly string[] {
  return [
    '_frameproof() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for bash
    '  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" flags=',
    '  if ((COMP_CWORD == 1)); then',
    `    COMPREPLY=($(compgen -W ${quoted(`${commands.map((each) => each.name()).join(' ')} help --help --version`)} -- "$word"))`,
    '    return',
    '  fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for bash
    '  case ${COMP_WORDS[1]} in',
    ...commands.flatMap(bashCase),
    '  esac',
    '  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi',
    '}',
    'complete -o filenames -F _frameproof frameproof',
  ];
}

/** Returns a description for zsh, which gives meaning to colons and brackets. */
function zshText(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&');
}

function zshFlag(option: Option): string {
  const action = {
    none: '',
    choice: `:value:(${option.argChoices?.join(' ')})`,
    file: ':file:_files',
    folder: ':folder:_files -/',
    other: ':value:',
  }[kindOf(option)];
  const [name = '', other] = [option.long, option.short].filter((each) => each != null);
  const flag = `${name}[${zshText(option.description)}]${action}`;
  return other === undefined
    ? quoted(flag)
    : `'(${other} ${name})'{${other},${name}}${quoted(flag.slice(name.length))}`;
}

function zsh(commands: readonly Command[]): readonly string[] {
  return [
    '#compdef frameproof',
    '_frameproof() {',
    '  local -a commands=(',
    ...commands.map((each) => `    ${quoted(`${each.name()}:${zshText(each.description())}`)}`),
    '  )',
    '  if ((CURRENT == 2)); then _describe command commands; return; fi',
    '  local command=$words[2]',
    '  shift words',
    '  ((CURRENT--))',
    '  case $command in',
    ...commands.flatMap((each) => [
      `    ${each.name()})`,
      `      _arguments ${each.options.map(zshFlag).join(' \\\n        ')} '*:file:_files' ;;`,
    ]),
    '  esac',
    '}',
    '# Sourced, it registers itself; in a folder of $fpath it is the function.',
    'if [[ $funcstack[1] == _frameproof ]]; then _frameproof "$@"; else compdef _frameproof frameproof; fi',
  ];
}

function fishFlag(command: string, option: Option): string {
  const kind = kindOf(option);
  const names = [
    ...(option.long == null ? [] : [`-l ${option.long.slice(2)}`]),
    ...(option.short == null ? [] : [`-s ${option.short.slice(1)}`]),
  ];
  const value = {
    none: '',
    choice: ` -x -a ${quoted(option.argChoices?.join(' ') ?? '')}`,
    file: ' -r -F',
    folder: " -x -a '(__fish_complete_directories)'",
    other: ' -x',
  }[kind];
  return `complete -c frameproof -n '__fish_seen_subcommand_from ${command}' ${names.join(' ')}${value} -d ${quoted(option.description)}`;
}

function fish(commands: readonly Command[]): readonly string[] {
  return [
    ...commands.map(
      (each) =>
        `complete -c frameproof -n __fish_use_subcommand -f -a ${each.name()} -d ${quoted(each.description())}`,
    ),
    ...commands.flatMap((each) => each.options.map((option) => fishFlag(each.name(), option))),
  ];
}

const SCRIPTS = { bash, zsh, fish };
export type Shell = keyof typeof SCRIPTS;
export const SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

/** Returns the script with which a shell completes command lines. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return `${SCRIPTS[shell](commands).join('\n')}\n`;
}
