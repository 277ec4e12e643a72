/**
 * Siblings: drafts of an enumeration that differ only in the arguments of their last operation. Most of these operations must be refused, or are misuse:
 * they change nothing. So they are first tried together on one manager, the simplest first, and where each is answered as the specification
 * demands, none of the drafts is run by itself. Where one is not, all are.
 *
 *   alloc()  free(@0)
 *   alloc()  free(@1)      ─►     alloc()  free(@0)  free(@1)  free(@2)
 *   alloc()  free(@2)
 */
import type { Operation, Reference } from '../../spec/index.ts';
import type { Draft } from './draft.ts';
import type { Trials } from './trials.ts';

/** Fewer drafts are tried one by one. */
const FEW = 64;

/** Drafts that are siblings. */
interface Group {
  readonly drafts: Draft[];
  /** The last operations of those that are known to hold; null before they were tried. */
  holding: ReadonlySet<Operation<Reference>> | null;
}

export class Siblings {
  readonly #trials: Pick<Trials, 'holdingWith'>;
  readonly #groupOf = new Map<Draft, Group>();

  /** The drafts of one length, simplest first. Equal operations before the last are one object, in each world another. */
  constructor(trials: Pick<Trials, 'holdingWith'>, drafts: readonly Draft[]) {
    this.#trials = trials;
    if (drafts.length <= FEW) return;
    const groups = new Map<object, Map<string, Group>>();
    for (const draft of drafts) {
      const { descriptors, limit, operations } = draft;
      const before = operations.at(-2) ?? descriptors;
      const after = groups.get(before) ?? new Map<string, Group>();
      groups.set(before, after);
      const name = `${limit} ${operations.at(-1)?.call}`;
      const group = after.get(name) ?? { drafts: [], holding: null };
      after.set(name, group);
      group.drafts.push(draft);
      this.#groupOf.set(draft, group);
    }
  }

  /** Whether a draft is known to hold, or not to run, from trying it together with its siblings. */
  isKnownToHold(draft: Draft): boolean {
    const group = this.#groupOf.get(draft);
    const last = draft.operations.at(-1);
    const first = group?.drafts[0];
    if (group === undefined || first === undefined || last === undefined || group.drafts.length < 2)
      return false;
    group.holding ??= this.#trials.holdingWith(
      { ...first, operations: first.operations.slice(0, -1) },
      group.drafts.flatMap(({ operations }) => operations.slice(-1)),
    );
    return group.holding.has(last);
  }
}
