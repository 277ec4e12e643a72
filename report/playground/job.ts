/** The questions of the playground's page to its worker, and the answers. */
import type { Section } from '../data.ts';

/** A search to make. */
export interface Job {
  readonly command: 'check' | 'explore';
  /** The name of an allocator that the page has, or the name of a file. */
  readonly target: string;
  /** The file, where it is one: WebAssembly. */
  readonly wasm: Uint8Array | null;
  /** A memory map in any notation; empty for generated ones. */
  readonly map: string;
  readonly seed: number;
  readonly programs: number;
  /** Page frames of each zone in the world that is explored. */
  readonly stack: number;
  readonly bitmap: number;
}

export type Told =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'done'; readonly text: string; readonly sections: readonly Section[] }
  | { readonly kind: 'failed'; readonly text: string };
