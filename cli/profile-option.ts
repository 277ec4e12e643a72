/** `--profile`: what a target claims. It has a separate file because `judge` loads no targets. */
import { Option } from 'commander';
import { readText } from '../spec/files/index.ts';
import { decodeProfile, type Profile, parseJson } from '../spec/index.ts';

const PROFILE = { of: 'profile', mostBytes: 2 ** 20 };

function readProfile(path: string): Profile {
  return decodeProfile(parseJson(readText(path, PROFILE), path), path);
}

/** `--profile`: what a target claims. */
export function profileOption(
  what = 'JSON: what the target claims to do (default: what it says itself)',
): Option {
  return new Option('--profile <file>', what).argParser(readProfile);
}

/** `--profile`, for commands whose file may hold one. */
export function otherProfileOption(): Option {
  return profileOption('JSON: what the target claims to do (default: what the file says, else the target)');
}
