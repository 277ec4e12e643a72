/**
 * The suite of proofs. Run by `npm run prove`, or for some functions by `npm run prove -- NAME…`. Exits 1 if a function
 * is not proved, or a kernel that is known to be wrong is not refuted.
 */
import { withBar } from '../../cli/index.ts';
import { claimsOf, SUBJECTS, WRONG } from './claims.ts';
import { type Claim, type Proof, prove } from './prove.ts';
import { lineOn, proofTable } from './report.ts';
import { openSolver, type Solver } from './solver.ts';

async function proveAll(claims: readonly Claim[], solver: Solver): Promise<readonly Proof[]> {
  const proofs: Proof[] = [];
  for await (const claim of withBar(claims, ({ function: { name } }) => name)) {
    const proof = await prove(claim, solver);
    if (!process.stderr.isTTY) process.stderr.write(`${lineOn(proof)}\n`);
    proofs.push(proof);
  }
  return proofs;
}

function summaryOf(proofs: readonly Proof[]): string {
  const proved = proofs.filter(({ verdict }) => verdict.kind === 'proved');
  const sum = (count: (proof: Proof) => number): number =>
    proofs.reduce((total, proof) => total + count(proof), 0);
  return [
    `${proved.length} of ${proofs.length} functions proved`,
    `${sum(({ runs }) => runs)} inputs run, ${sum(({ queries }) => queries)} queries to Z3`,
    `the translation agreed with the functions on ${sum(({ compared }) => compared)} drawn inputs`,
  ].join('; ');
}

async function main(names: readonly string[]): Promise<void> {
  const chosen = (claims: readonly Claim[]): readonly Claim[] =>
    claims.filter(({ function: { name } }) => names.length === 0 || names.includes(name));
  const claims = chosen((await Promise.all(SUBJECTS.map(claimsOf))).flat());
  const wrong = chosen((await Promise.all(WRONG.map(claimsOf))).flat());
  if (claims.length === 0) throw new TypeError(`no function has one of the names ${names.join(', ')}`);
  const solver = await openSolver();
  try {
    const proofs = await proveAll(claims, solver);
    console.log(proofTable(proofs));
    const unproved = proofs.filter(({ verdict }) => verdict.kind !== 'proved');
    for (const proof of unproved) console.log(lineOn(proof));
    console.log(summaryOf(proofs));
    const canaries = await proveAll(wrong, solver);
    for (const proof of canaries) console.log(`canary: ${lineOn(proof)}`);
    const isMissed = canaries.some(({ verdict }) => verdict.kind !== 'refuted');
    if (unproved.length > 0 || isMissed) process.exitCode = 1;
  } finally {
    solver.close();
  }
}

await main(process.argv.slice(2));
