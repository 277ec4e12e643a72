/** The fewest of something that a program still needs: repetitions of a burst, page frames of a descriptor, the limit of the zones. */

/**
 * Returns the fewest of `most` for which `isEnough` was seen to hold, by bisection; `least` at the least. What is needed as it is takes two tries:
 * half of it, and one less. O(log most) tries else; where fewer would do though some more do not, that is not seen.
 */
export function fewest(most: number, least: number, isEnough: (count: number) => boolean): number {
  let [tooFew, enough] = [least - 1, most];
  let isNeeded = false;
  while (enough - tooFew > 1) {
    const count = isNeeded ? enough - 1 : Math.floor((tooFew + enough) / 2);
    if (isEnough(count)) enough = count;
    else tooFew = count;
    isNeeded = enough === most && !isNeeded;
  }
  return enough;
}
