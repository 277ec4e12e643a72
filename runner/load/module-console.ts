/** The console and the standard output of modules: they print as targets do. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { showsOutput, takeOutput } from '../target-output.ts';

/** Takes what the modules of this thread print from now on. What is not shown is not even put into words. */
export function takeConsole(): void {
  const stream = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      takeOutput(String(text));
      done();
    },
  });
  const taking = Object.entries(new Console({ stdout: stream, stderr: stream }));
  Object.assign(
    console,
    showsOutput() ? Object.fromEntries(taking) : Object.fromEntries(taking.map(([name]) => [name, () => {}])),
  );
  process.stdout.write = stream.write.bind(stream);
}
