/** Thread seconds: processor time of the thread at work, so that others on the same machine count for less. */

/** Returns the seconds that this thread has been at work; those on the wall's clock where the engine does not tell. */
export function threadSeconds(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now() / 1000;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
