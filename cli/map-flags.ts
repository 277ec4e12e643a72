/** How the values of the flags of `frameproof map` are read. Bad values are `SpecError`s of one line. */
import * as either from 'fp-ts/lib/Either.js';
import { HexPageAddress, type PhysicalAddress, SpecError } from '../spec/maps/index.ts';

/** Returns the page-aligned physical address in the text of a flag, in hex. */
export function pageAddress(flag: string): (text: string) => PhysicalAddress {
  return (text) => {
    const decoded = HexPageAddress.decode(text);
    if (either.isRight(decoded)) return decoded.right;
    throw new SpecError(`${flag}: expected ${HexPageAddress.name}, found ${JSON.stringify(text)}`);
  };
}
