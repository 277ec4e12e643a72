/** Options that say what a command runs on: the target, and what it claims. Bad values are `SpecError`s of one line. */
import { Option } from 'commander';
import * as either from 'fp-ts/lib/Either.js';
import { OURS } from '../runner/index.ts';
import { Policy, SpecError } from '../spec/index.ts';
import { wholeNumber } from './options.ts';

/** `--target`, for commands that run modules and executables. */
export function targetOption(): Option {
  return new Option(
    '--target <path>',
    'allocator: a module whose default export builds a manager, WebAssembly, an executable that speaks the protocol, or run:COMMAND for a kernel that serves it on the console of a shell command',
  ).default(OURS.name);
}

/** `--target`, for commands that run the allocator in their own process. */
export function moduleOption(): Option {
  return new Option(
    '--target <path>',
    'allocator: a module whose default export builds a manager, or WebAssembly',
  ).default(OURS.name);
}

/** `--target`, for commands whose file names an allocator already. */
export function otherTargetOption(): Option {
  return new Option('--target <path>', 'allocator to run it on (default: the one it was found on)');
}

function policyNamed(name: string): Policy {
  const decoded = Policy.decode(name);
  if (either.isRight(decoded)) return decoded.right;
  throw new SpecError(`--policy: expected ${Policy.name}, found ${JSON.stringify(name)}`);
}

/** Returns the policies that `text` lists, separated by commas; none for `none`. */
function policyList(text: string): readonly Policy[] {
  return text === 'none' ? [] : [...new Set(text.split(',').map((name) => policyNamed(name.trim())))];
}

/** `--policy`: `whose` policies they are, and which they are by default. */
export function policyOption(whose = 'policies the target promises', byDefault = 'those it exports'): Option {
  const choices = 'lifo, first-fit, lifo,first-fit or none';
  return new Option('--policy <list>', `${whose}: ${choices} (default: ${byDefault})`).argParser(policyList);
}

/** `--program-time`: the time limit of a program. */
export function programTimeOption(): Option {
  return new Option(
    '--program-time <ms>',
    'milliseconds that a program may take, more for large maps and long programs (default: 1000)',
  ).argParser(wholeNumber('--program-time', 1));
}
