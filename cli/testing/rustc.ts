import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Returns the first of the compilers of Rust that has a library for WebAssembly. */
export function rustc(): string {
  const found = ['rustc', '/usr/bin/rustc'].find((command) => {
    const asked = ['--print', 'target-libdir', '--target', 'wasm32-unknown-unknown'];
    return existsSync(spawnSync(command, asked, { encoding: 'utf8' }).stdout?.trim() ?? '');
  });
  if (found === undefined) throw new Error('this test needs rustc and libstd-rust-dev-wasm32');
  return found;
}
