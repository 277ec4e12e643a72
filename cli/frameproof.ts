#!/usr/bin/env node
import module from 'node:module';

// The bin. It loads nothing of ours before it knows that this Node.js can run it.
const OLDEST = [22, 18] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `frameproof: expected Node.js ${OLDEST.join('.')} or newer, found ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  // Compiled code is kept from one command to the next, in the folder for temporary files: loading takes a fifth less.
  module.enableCompileCache();
  const [, script = '', ...args] = process.argv;
  // These run targets, or for long: in a child process, which this one supervises.
  const isLong = /^(check|profile|explore|verify|replay|shrink|export|judge|record|soak)$/.test(
    args[0] ?? '',
  );
  // One runs nothing itself but starts such commands; the other leaves the terminal, and Ctrl-C, to gdb.
  const isUnsupervised = args.includes('--watch') || args.includes('--gdb');
  const isSupervised = process.env.FRAMEPROOF_SUPERVISED !== undefined;
  // Not awaited: a target that waits for ever must not pass for an error of this module.
  if (isSupervised)
    void Promise.all([import('./main.ts'), import('./supervised.ts')]).then(([{ main }, supervision]) =>
      main(args, supervision),
    );
  else if (isLong && !isUnsupervised)
    void import('./supervisor.ts').then(({ supervise }) => supervise(script, args));
  else void import('./main.ts').then(({ main }) => main(args));
}
