/** Mutants of answers: `errno`, warnings, and what a panic says. */
import { isPmmPanic, type PanicDetails, type Pmm, PmmPanic } from '../../spec/index.ts';
import { type Mutant, type Parts, withCalls, withOptions } from './mutant.ts';

/** Performs a free; where it panics, throws what is made of the panic instead. */
function repanicking(act: () => void, remake: (panic: PmmPanic) => Partial<PanicDetails>): void {
  try {
    act();
  } catch (error) {
    if (!isPmmPanic(error)) throw error;
    const { call, pfn, owner } = error;
    throw new PmmPanic(error.message, { call, pfn, owner, ...remake(error) });
  }
}

/** Allocates a page; a success or a failure leaves the given errno, or the one that there was before. */
function allocLeaving(
  { inner }: Parts,
  end: 'success' | 'failure',
  errno: Pmm['errno'] | 'as it was',
): () => bigint | null {
  return () => {
    const before = inner.errno;
    const found = inner.alloc();
    if ((found === null) === (end === 'failure')) inner.errno = errno === 'as it was' ? before : errno;
    return found;
  };
}

export const ANSWER_MUTANTS: readonly Mutant[] = [
  withCalls(
    {
      name: 'failure-without-errno',
      sentence: 'A single page that is refused does not set errno.',
      clause: 'failure.enomem',
      shortest: 1,
    },
    (parts) => ({ alloc: allocLeaving(parts, 'failure', 'as it was') }),
  ),
  withCalls(
    {
      name: 'errno-on-success',
      sentence: 'A single page that is handed out sets errno.',
      clause: 'failure.enomem',
      shortest: 1,
    },
    (parts) => ({ alloc: allocLeaving(parts, 'success', 'ENOMEM') }),
  ),
  withCalls(
    {
      name: 'errno-cleared-on-success',
      sentence: 'A single page that is handed out clears errno, which the caller has not read yet.',
      clause: 'failure.enomem',
      shortest: 1,
    },
    (parts) => ({ alloc: allocLeaving(parts, 'success', null) }),
  ),
  withOptions(
    {
      name: 'repeated-warning',
      sentence: 'Each warning is reported twice.',
      clause: 'failure.warns',
      shortest: 1,
    },
    ({ warn, ...options }) => ({
      ...options,
      warn: (message) => {
        warn(message);
        warn(message);
      },
    }),
  ),
  withOptions(
    {
      name: 'nameless-warning',
      sentence: 'A warning does not say which call failed.',
      clause: 'failure.warns',
      shortest: 1,
    },
    ({ warn, ...options }) => ({ ...options, warn: () => warn('out of memory') }),
  ),
  withOptions(
    { name: 'silent-failure', sentence: 'No failure is reported.', clause: 'failure.warns', shortest: 1 },
    (options) => ({ ...options, warn: () => {} }),
  ),
  withCalls(
    {
      name: 'ownerless-panic',
      sentence: 'The panic of a free does not say whose the page frame is.',
      clause: 'misuse.panics',
      shortest: 1,
    },
    ({ inner }) => ({
      free: (address) =>
        repanicking(
          () => inner.free(address),
          () => ({ owner: null }),
        ),
    }),
  ),
  withCalls(
    {
      name: 'panic-of-another-call',
      sentence: 'The panic of a free names the call that it is made of.',
      clause: 'misuse.panics',
      shortest: 1,
    },
    ({ inner }) => ({
      free: (address) =>
        repanicking(
          () => inner.free(address),
          () => ({ call: 'freePages' }),
        ),
    }),
  ),
  withCalls(
    {
      name: 'panic-with-errno',
      sentence: 'A panic sets errno.',
      clause: 'misuse.unchanged',
      shortest: 1,
    },
    ({ inner }) => ({
      free: (address) =>
        repanicking(
          () => inner.free(address),
          () => {
            inner.errno = 'ENOMEM';
            return {};
          },
        ),
    }),
  ),
];
