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

/** Returns the words that a command's first argument may be; null where it takes others. */
function wordsOf({ registeredArguments: [first] }: Command): readonly string[] | null {
  return first?.argChoices ?? null;
}

/** Returns the names of all commands. */
function namesIn(commands: readonly Command[]): readonly string[] {
  return commands.map((each) => each.name());
}

/** Returns the names of an option, dashes included. */
function namesOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((name) => name != null);
}

/** Returns a text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns a line of bash that offers these words. */
function bashWords(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$word"))`;
}

/** Returns a line of bash that offers files, or with -d folders, whose names may have spaces. */
function bashFiles(flag: '-f' | '-d'): string {
  return `local IFS=$'\\n'; COMPREPLY=($(compgen ${flag} -- "$word"))`;
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
    ...ofKind('choice').flatMap((option) => bashArm([option], `${bashWords(option.argChoices ?? [])}; `)),
    ...bashArm(ofKind('folder'), `${bashFiles('-d')}; `),
    ...bashArm(ofKind('other'), ''),
  ];
  const flags = [...command.options.flatMap(({ long }) => long ?? []), '--help'].join(' ');
  const words = wordsOf(command);
  return [
    `    ${command.name()})`,
    ...(values.length === 0 ? [] : ['      case $previous in', ...values, '      esac']),
    ...(words === null ? [] : [`      if [[ $word != -* ]]; then ${bashWords(words)}; return; fi`]),
    `      flags=${quoted(flags)} ;;`,
  ];
}

function bash(commands: readonly Command[]): readonly string[] {
  return [
    '_frameproof() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for bash
    '  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" flags=',
    '  if ((COMP_CWORD == 1)); then',
    `    ${bashWords([...namesIn(commands), 'help', '--help', '--version'])}`,
    '    return',
    '  fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for bash
    '  case ${COMP_WORDS[1]} in',
    ...commands.flatMap(bashCase),
    `    help) ${bashWords(namesIn(commands))}; return ;;`,
    '  esac',
    `  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); else ${bashFiles('-f')}; fi`,
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

/** Returns what _arguments says of words that are no flags. */
function zshRest(command: Command): string {
  const words = wordsOf(command);
  return words === null ? "'*:file:_files'" : `':word:(${words.join(' ')})'`;
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
    '  if [[ $command == help ]]; then _describe command commands; return; fi',
    '  shift words',
    '  ((CURRENT--))',
    '  case $command in',
    ...commands.flatMap((each) => [
      `    ${each.name()})`,
      `      _arguments ${[...each.options.map(zshFlag), zshRest(each)].join(' \\\n        ')} ;;`,
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
    `complete -c frameproof -n '__fish_seen_subcommand_from help' -f -a ${quoted(namesIn(commands).join(' '))}`,
    ...commands.flatMap((each) => {
      const words = wordsOf(each);
      return words === null
        ? []
        : [
            `complete -c frameproof -n '__fish_seen_subcommand_from ${each.name()}' -f -a ${quoted(words.join(' '))}`,
          ];
    }),
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
