/** Returns a new, longer typed array, begun with the entries of the old one. */
export function grown<A extends Float64Array | Int32Array | Uint8Array>(made: A, old: A): A {
  made.set(old);
  return made;
}
