/** Chunks: the bytes of a file of any length, one piece after the other, in the memory of one piece. */
import { type FileHandle, open } from 'node:fs/promises';
import { SpecError } from '../decode.ts';
import { PATIENCE_MS, Patience, pauseAside } from './pipe.ts';
import { READ_FLAGS, type Reading, silent, unreadable } from './read-file.ts';
import { codeOf } from './reason.ts';

const CHUNK_BYTES = 1 << 18;

/** Returns how many bytes came, 0 at the end, or null where there are none yet. */
async function attempt(read: () => Promise<{ readonly bytesRead: number }>): Promise<number | null> {
  try {
    return (await read()).bytesRead;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}

/** What is read: as a whole file is, and of any length. */
type ChunkReading = Pick<Reading, 'of' | 'patienceMs'>;

async function* piecesOf(
  file: FileHandle,
  path: string,
  reading: ChunkReading,
): AsyncGenerator<Uint8Array, void> {
  const { of, patienceMs = PATIENCE_MS } = reading;
  const awaitsWriter = (await file.stat()).isFIFO();
  const patience = new Patience(patienceMs);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let length = 0; ; ) {
    const count = await attempt(() => file.read(buffer, 0, CHUNK_BYTES, null));
    if (count === null || (count === 0 && length === 0 && awaitsWriter)) {
      // Once something has come, its writer may take any time: a log may be followed while it is written.
      if (length === 0 && patience.isOver) throw silent(path, of, patience);
      await pauseAside();
      continue;
    }
    if (count === 0) return;
    length += count;
    yield buffer.subarray(0, count);
  }
}

/**
 * Yields the bytes of a file; each piece is to be used before the next one is asked for. Throws a one-line `SpecError` where
 * the file cannot be read.
 */
export async function* chunksOf(path: string, reading: ChunkReading): AsyncGenerator<Uint8Array, void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, READ_FLAGS);
    yield* piecesOf(file, path, reading);
  } catch (error) {
    throw error instanceof SpecError ? error : unreadable(path, reading.of, error);
  } finally {
    await file?.close();
  }
}
