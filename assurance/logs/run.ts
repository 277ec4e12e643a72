/**
 * `npm run logs`: damages the logs of correct runs in 1,000 ways, and judges what is left. Fails where a violation is found in
 * one, or none is found where the kernel hands out what is held. Takes half a minute.
 */
import { grouped } from '../../spec/index.ts';
import { trials } from './trials.ts';

const { judged, lost, undecided, wrong } = await trials({ trials: 1000, calls: 2000, seed: 1 });
console.log(
  `1,000 damaged logs: ${grouped(judged)} calls judged, ${grouped(lost)} lines lost, ${grouped(undecided)} calls undecided, ${wrong.length} violations found that are none`,
);
for (const text of wrong) console.log(text);
if (wrong.length > 0) process.exitCode = 1;
