/** Mutants of answers: `errno`, warnings, and what a panic says. */
import { type PanicDetails, type Pmm, PmmPanic } from '../../spec/index.ts';
import { type Change, type Mutant, type Parts, panicOf, withCalls, withOptions } from './mutant.ts';

/** Returns a change after which the panics of a free say something else. */
function blaming(details: Partial<PanicDetails>): Change {
  return ({ inner }) => ({
    free: (address) => {
      const panic = panicOf(() => inner.free(address));
      if (panic === null) return;
      const { message, call, pfn, owner } = panic;
      throw new PmmPanic(message, { call, pfn, owner, ...details });
    },
  });
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
    },
    (parts) => ({ alloc: allocLeaving(parts, 'failure', 'as it was') }),
  ),
  withCalls(
    {
      name: 'errno-on-success',
      sentence: 'A single page that is handed out sets errno.',
      clause: 'failure.enomem',
    },
    (parts) => ({ alloc: allocLeaving(parts, 'success', 'ENOMEM') }),
  ),
  withCalls(
    {
      name: 'errno-cleared-on-success',
      sentence: 'A single page that is handed out clears errno, which the caller has not read yet.',
      clause: 'failure.enomem',
    },
    (parts) => ({ alloc: allocLeaving(parts, 'success', null) }),
  ),
  withOptions(
    { name: 'repeated-warning', sentence: 'Each warning is reported twice.', clause: 'failure.warns' },
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
    },
    ({ warn, ...options }) => ({ ...options, warn: () => warn('out of memory') }),
  ),
  withOptions(
    { name: 'silent-failure', sentence: 'No failure is reported.', clause: 'failure.warns' },
    (options) => ({ ...options, warn: () => {} }),
  ),
  withCalls(
    {
      name: 'ownerless-panic',
      sentence: 'The panic of a free does not say whose the page frame is.',
      clause: 'misuse.panics',
    },
    blaming({ owner: null }),
  ),
  withCalls(
    {
      name: 'panic-of-another-call',
      sentence: 'The panic of a free names the call that it is made of.',
      clause: 'misuse.panics',
    },
    blaming({ call: 'freePages' }),
  ),
  withCalls(
    { name: 'panic-with-errno', sentence: 'A panic sets errno.', clause: 'misuse.unchanged' },
    ({ inner }) => ({
      free: (address) => {
        const panic = panicOf(() => inner.free(address));
        if (panic === null) return;
        inner.errno = 'ENOMEM';
        throw panic;
      },
    }),
  ),
];
