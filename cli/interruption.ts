/** Ctrl-C asks for what was found so far. The supervisor passes SIGTERM and SIGHUP on as SIGINT, and ends what does not end. */
export function interruption(): AbortSignal {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  return interrupt.signal;
}
