/** Thread seconds: processor time of the present thread, so that other load on the machine matters less. */

/**
 * Returns the processor seconds of this thread; wall-clock seconds on engines that do not measure them.
 * @internal
 */
export function threadSeconds(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now() / 1000;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
