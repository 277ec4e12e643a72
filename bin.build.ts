/** Completes the command in `dist/` once `tsc -b` has compiled it: it may be executed, and has its manual page beside it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, 'dist/cli/frameproof.js');

chmodSync(BIN, 0o755);
writeFileSync(
  join(import.meta.dirname, 'dist/cli/frameproof.1'),
  execFileSync(process.execPath, [BIN, 'man']),
);
