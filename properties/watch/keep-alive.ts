/** Takes from targets the ways to end the process that they run in: a call of `process.exit` throws where it stands, and is an answer like any other. */

/** Where a thread finds {@link keepProcessAlive}. */
export const KEEPER = import.meta.url;

/** Names of the functions that are taken. Files are named as the command was given them: the folder stays the same. */
const TAKEN = ['exit', 'reallyExit', 'abort', 'chdir', 'kill'] as const;

/** Whether a call would end this process, or its parent. */
function isMeant(name: (typeof TAKEN)[number], [pid, signal]: readonly unknown[]): boolean {
  if (name !== 'kill') return true;
  return (Math.abs(Number(pid)) === process.pid || pid === 0 || pid === process.ppid) && signal !== 0;
}

/**
 * Takes from this process, or thread, the functions that would end it, and returns what gives them back. What they are called with is in the
 * error. Where `isRefused` returns false, they do what they did.
 */
export function keepProcessAlive(isRefused: () => boolean = () => true): () => void {
  const own = TAKEN.map((name) => [name, Reflect.get(process, name)] as const);
  const refusing = own.map(([name, act]) => {
    const refuse = (...args: readonly unknown[]): unknown => {
      if (!isMeant(name, args) || !isRefused()) return Reflect.apply(act, process, args);
      throw new Error(`the target called process.${name}(${args.join(', ')})`);
    };
    return [name, refuse] as const;
  });
  Object.assign(process, Object.fromEntries(refusing));
  return () => Object.assign(process, Object.fromEntries(own));
}
