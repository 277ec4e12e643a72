/** What a thread of a search is told, and what it answers. */

import type { World } from '../../runner/index.ts';
import type { Operation, Policy } from '../../spec/index.ts';
import type { LevelFindings } from './crew.ts';
import type { TableBuffers } from './state-table.ts';

/** What a thread starts with. */
export interface ThreadData {
  readonly index: number;
  /** What `loadTarget` finds the target by. */
  readonly targetName: string;
  readonly policies: readonly Policy[];
  readonly world: World;
  readonly operations: readonly Operation[];
  readonly buffers: TableBuffers;
  /** Transitions judged by each thread, as doubles. */
  readonly done: SharedArrayBuffer;
}

export type ToThread = { readonly kind: 'expand'; readonly level: Int32Array } | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'expanded'; readonly findings: LevelFindings }
  | { readonly kind: 'met'; readonly met: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string; readonly isSpec: boolean };
