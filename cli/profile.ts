/** `frameproof profile`: tries an allocator, and proposes the claims under which its answers hold. Nobody need believe them. */
import { Command } from 'commander';
import { formatCounterexample, formatResponse } from '../counterexamples/text/index.ts';
import { claimsText, type Fit, fitProfile, hintOn, type TakenUp } from '../properties/fit/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { counted, formatProgram, Profile, type Trace } from '../spec/index.ts';
import { anySeed } from './check-setup.ts';
import { conclude } from './command-result.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help.ts';
import { commandLine, nextLine } from './next-step.ts';
import { jsonOption, seedOption } from './options.ts';
import { print } from './print.ts';
import { interruption } from './supervised.ts';
import { programTimeOption, targetOption } from './target-options.ts';

interface ProfileFlags {
  readonly target: string;
  readonly seed?: number;
  readonly programTime?: number;
  readonly json?: boolean;
}

/** Returns the answer that led to a claim: the call, what came, and the clause that this breaks. */
function answerOf({ scenario, responses, violation }: Trace): string {
  const at = violation?.at ?? -1;
  const call = formatProgram(scenario.operations)[at] ?? 'init';
  const response = responses[at + 1];
  const answer = response === undefined ? '' : ` -> ${formatResponse(scenario.config, response)}`;
  return `${call}${answer}`;
}

function takenLines({ candidate: { claims, condition, question }, trace }: TakenUp): readonly string[] {
  return [
    `${claimsText(claims)}`,
    `  ${condition}`,
    `  because  ${answerOf(trace)}`,
    `           ${trace.violation?.clause}: ${trace.violation?.explanation}`,
    ...(question === undefined ? [] : [`  review   ${question}`]),
  ];
}

/** Returns the lines that end a fit: the profile, and the command that checks it or what no claim explains. */
function proposal(
  { profile, unexplained, programs }: Fit,
  hint: string | null,
  target: string,
): readonly string[] {
  const json = JSON.stringify(Profile.encode(profile));
  const promises = [...profile.policies, ...(profile.contents === 'zeroed' ? ['zeroed pages'] : [])];
  if (unexplained !== null)
    return [
      hint === null
        ? 'no claim explains this: it may be a defect, so the rest of the profile was not looked for'
        : 'this is either a defect or what the hint says: mend it, or do what the hint says, and run this again',
      ...formatCounterexample(unexplained),
      ...(hint === null ? [] : [`hint      ${hint}`]),
      '',
      `so far: ${json}`,
    ];
  return [
    ...(promises.length === 0
      ? []
      : [`It may promise ${promises.join(' and ')}: the same programs held to that too.`]),
    `${counted(programs, 'program')} hold under this profile; each claim is yours to confirm. Save it as profile.json:`,
    json,
    nextLine(commandLine('check', '--target', target, '--profile', 'profile.json')),
  ];
}

async function run({
  target: path,
  seed = anySeed(),
  programTime,
  json = false,
}: ProfileFlags): Promise<void> {
  const target = await loadTarget(path, [], { programMs: programTime });
  if (!json) print(`target  ${target.name}\nseed    ${seed}\n`);
  const found = await fitProfile(target, {
    seed,
    signal: interruption(),
    onTakenUp: (taken) => {
      if (!json) print(`\n${takenLines(taken).join('\n')}\n`);
    },
  });
  const { profile, takenUp, unexplained } = found;
  const claims = takenUp.map(({ candidate, trace }) => ({
    claims: candidate.claims,
    condition: candidate.condition,
    ...(candidate.question === undefined ? {} : { question: candidate.question }),
    answer: answerOf(trace),
    clause: trace.violation?.clause,
  }));
  // A defect looks the same as what a hint says: only its author can tell.
  const hint =
    unexplained === null ? null : hintOn(target.withClaims({ profile, policies: [] }), unexplained);
  const data = {
    profile: Profile.encode(profile),
    claims,
    unexplained: unexplained?.violation ?? null,
    hint,
  };
  const exitCode = unexplained === null ? EXIT.holds : EXIT.violated;
  await conclude(
    { lines: [''], verdict: proposal(found, hint, path), json: data, exitCode },
    { target: path, isJson: json },
  );
}

/** Returns the command `frameproof profile`. Its errors are `SpecError`s, thrown. */
export function profileCommand(): Command {
  return new Command('profile')
    .description('try an allocator and propose its profile, each claim with the answer that led to it')
    .addOption(targetOption())
    .addOption(seedOption())
    .addOption(programTimeOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('npx frameproof profile --target ./my-pmm'))
    .action(run);
}
