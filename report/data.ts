/**
 * The data of a report: what the page holds as JSON and the application shows. Traces are as their files have them; the
 * application judges them again, so a step needs no data but the answers.
 */
import type { Profile, Trace } from '../spec/index.ts';

/**
 * A counterexample, or any other saved run of one program.
 *
 * @public
 */
export interface TraceSection {
  readonly kind: 'trace';
  /** The words of its tab. */
  readonly title: string;
  readonly trace: Trace;
  /** The claims that the target is judged by. Default: all of the specification. */
  readonly profile?: Profile;
  /** The command line that runs it again; null where it was not saved. */
  readonly replay: string | null;
}

/**
 * One picture of a report.
 *
 * @public
 */
export type Section = TraceSection;
