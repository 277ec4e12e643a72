/** Links that hold what a page shows: the settings and the program that was found, in the part of an address that no server is sent. */
import { decode, Trace } from '../../spec/index.ts';

/** The settings that a link keeps. WebAssembly is left out: it is a file of the reader's. */
export interface Settings {
  readonly target: string;
  readonly map: string;
  readonly seed: number;
  readonly programs: number;
  readonly stack: number;
  readonly bitmap: number;
}

/** The content of a link. */
export interface Linked {
  readonly settings: Settings;
  /** The program to show; null where nothing was found. */
  readonly trace: Trace | null;
}

async function through(
  bytes: string | Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** Returns the part of an address behind `#`. */
export async function linkTo({ settings, trace }: Linked): Promise<string> {
  const json = JSON.stringify({ settings, trace: trace === null ? null : Trace.encode(trace) });
  const packed = await through(json, new CompressionStream('deflate-raw'));
  const characters = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Returns what a link holds. Throws where it is not one of ours, or was cut. */
export async function linkedIn(hash: string): Promise<Linked> {
  const characters = atob(hash.replaceAll('-', '+').replaceAll('_', '/'));
  const packed = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  const json = new TextDecoder().decode(await through(packed, new DecompressionStream('deflate-raw')));
  const { settings, trace } = JSON.parse(json);
  return { settings, trace: trace === null ? null : decode(Trace, trace, 'this link') };
}
