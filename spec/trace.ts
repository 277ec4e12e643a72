/**
 * Traces: the record that lasts. A trace holds everything that happened and nothing of how it was found: the scenario,
 * each response, and the clause that failed. It is judged again, not trusted, when it is replayed; so it outlives
 * seeds, generators, weights and versions.
 */
import * as t from 'io-ts';
import { ClauseName } from './clauses/clause.ts';
import { closed } from './closed.ts';
import { Owner } from './owner.ts';
import { Scenario } from './program.ts';
import { Response } from './response.ts';

/** Where and how a scenario broke the specification. */
export const PlacedViolation = t.readonly(
  closed(
    t.type(
      {
        clause: ClauseName,
        /** Index of the operation, or -1 for init. */
        at: t.number,
        explanation: t.string,
        pfn: t.union([t.number, t.null], 'a number or null'),
        owner: t.union([Owner, t.null], 'an owner or null'),
      },
      'a violation',
    ),
  ),
);
export type PlacedViolation = t.TypeOf<typeof PlacedViolation>;

/** A scenario, what one target answered, and what the judge said of it. */
export const Trace = t.readonly(
  closed(
    t.intersection(
      [
        t.type({
          format: t.literal('frameproof/trace'),
          version: t.literal(1),
          target: t.string,
          scenario: Scenario,
          /** The response to init, then one for each operation that was run. */
          responses: t.readonlyArray(Response),
        }),
        t.partial({ violation: PlacedViolation, note: t.string }),
      ],
      'a trace',
    ),
  ),
);
export type Trace = t.TypeOf<typeof Trace>;
