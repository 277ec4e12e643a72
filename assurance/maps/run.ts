/**
 * `npm run maps:mutate`: edits memory maps at random, reads them again, and prints what became of them by notation and kind
 * of edit. Fails where one was read as another map without a word.
 *
 *     npm run maps:mutate -- --edits 100000 --seed 1 --maps FOLDER --maps FOLDER/more
 *
 * The fixtures of the readers are always among the maps. O(edits): 2,000 to 3,000 edits a second.
 */
import { parseArgs } from 'node:util';
import { dumpsIn, FIXTURES } from './dumps.ts';
import { tableOf } from './report.ts';
import { tried } from './trial.ts';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    maps: { type: 'string', multiple: true, default: [] },
  },
});

const dumps = [FIXTURES, ...values.maps].flatMap(dumpsIn);
const trial = tried(dumps, Number(values.edits), Number(values.seed));
console.log(`${dumps.length} maps, ${trial.edits} edits, seed ${values.seed}\n\n${tableOf(trial)}`);
for (const { name, edit, text } of trial.findings.slice(0, 3))
  console.log(`\nread as another map without a word: ${name}, ${edit}:\n${text}`);
if (trial.findings.length > 0) process.exitCode = 1;
