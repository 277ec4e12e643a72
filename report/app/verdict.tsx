/** What one step shows: the clause where one is violated, expected beside observed, the free stack, the page frame under the cursor. */
import { pageCount, pfn, runsOf, grouped as thousands, zoneOf } from '../../spec/index.ts';
import { comparisons, expectedText, isAnswerWrong } from './demand-text.ts';
import { grouped, physical } from './hex.ts';
import { OWNER_WORDS } from './memory.tsx';
import { disputedIn, holds, type Step, type Story } from './story.ts';

interface Props {
  readonly story: Story;
  readonly step: Step;
  readonly go: (step: number) => void;
}

/** A link to another step. */
function StepLink({ n, story, go }: { n: number; story: Story; go: (step: number) => void }) {
  return (
    <button type="button" class="link" onClick={() => go(n)}>
      {n === 0 ? 'init' : `${story.skipped + n} ${story.steps[n]?.call.split('(')[0] ?? ''}`}
    </button>
  );
}

function Clause({ step: { moment } }: Props) {
  const { violation } = moment;
  if (violation === null) return null;
  return (
    <section class="clause">
      <h2>
        violates <code>{violation.clause}</code>
      </h2>
      <p class="why">{grouped(violation.explanation)}</p>
      {violation.pfn !== null && violation.owner !== null && (
        <p>
          page frame {violation.pfn}: {OWNER_WORDS[violation.owner]}
        </p>
      )}
    </section>
  );
}

/** Text with long numbers, which may be broken between their groups. */
function Breaking({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<=_)/).map((part, n) => (
        <>
          {n > 0 && <wbr />}
          {part}
        </>
      ))}
    </>
  );
}

function Comparison({ step }: Props) {
  const isViolated = step.moment.violation !== null;
  return (
    <table class="comparison">
      <thead>
        <tr>
          <td />
          <th scope="col">specification</th>
          <th scope="col">target</th>
        </tr>
      </thead>
      <tbody>
        <tr class={isViolated && isAnswerWrong(step.moment) ? 'differs' : ''}>
          <th scope="row">answer</th>
          <td>
            <Breaking text={grouped(expectedText(step.moment))} />
          </td>
          <td>
            <Breaking text={step.answer} />
            {isViolated && isAnswerWrong(step.moment) && <span class="badge">differs</span>}
          </td>
        </tr>
        {comparisons(step.moment).map(({ what, expected, observed, differs }) => (
          <tr key={what} class={isViolated && differs ? 'differs' : ''}>
            <th scope="row">{what}</th>
            <td>{expected}</td>
            <td>
              {observed}
              {isViolated && differs && <span class="badge">differs</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Links({ story, step, go }: Props) {
  if (step.uses.length + step.usedBy.length === 0) return null;
  return (
    <p class="links">
      {step.uses.length > 0 && 'names the result of '}
      {step.uses.map((n) => (
        <StepLink key={n} n={n} story={story} go={go} />
      ))}
      {step.usedBy.length > 0 && 'its result is named by '}
      {step.usedBy.slice(0, 12).map((n) => (
        <StepLink key={n} n={n} story={story} go={go} />
      ))}
    </p>
  );
}

/** Page frames of the free stack that are listed. */
const TOP = 64;

function FreeStack({ step: { moment } }: Props) {
  const top = moment.after.stackTop(pageCount(TOP));
  const free = moment.after.freeIn('stack');
  if (top === null)
    return (
      <section>
        <h2>Free stack</h2>
        <p class="quiet">
          The target does not promise <code>lifo</code>: any free page frame
          {moment.after.world.profile.singlePages === 'stack-zone' && ' of the stack zone'} may come next.
        </p>
      </section>
    );
  return (
    <section>
      <h2>Free stack</h2>
      {free === 0 && <p class="quiet">Empty: the next alloc must fail.</p>}
      <ol class="stack" aria-label="Free stack, top first">
        {runsOf(top).map(({ base, count }, n) => (
          <li key={n}>
            <code>{count === 1 ? base : `${base + count - 1} … ${base}`}</code>
            {n === 0 && <span class="quiet"> next</span>}
          </li>
        ))}
        {free > top.length && <li class="quiet">{thousands(free - top.length)} more below</li>}
      </ol>
    </section>
  );
}

/** Steps of a page frame that are listed. */
const LATEST = 8;

function Frame({ story, step, go, frame }: Props & { readonly frame: number | null }) {
  if (frame === null)
    return (
      <section class="frame">
        <h2>Page frame</h2>
        <p class="quiet">Point at a page frame, or walk there with the arrow keys of a strip.</p>
      </section>
    );
  const { after } = step.moment;
  const { config } = story.section.trace.scenario;
  const owner = after.ownerOf(pfn(frame));
  const past = story.steps.flatMap(({ moment }, n) => (holds(moment.touched, frame) ? [n] : []));
  const isDisputed = holds(disputedIn(step.moment), frame);
  return (
    <section class="frame">
      <h2>Page frame {frame}</h2>
      <p>
        <code>{physical(frame)}</code>, mapped at{' '}
        <code>{grouped(`0x${(config.higherHalf + (BigInt(frame) << 12n)).toString(16)}`)}</code>,{' '}
        {zoneOf(after.world, pfn(frame))} zone
      </p>
      <p>
        owner <b>{OWNER_WORDS[owner]}</b>
        {isDisputed && <span class="badge">the target differs: {step.answer}</span>}
      </p>
      {past.length > 0 && (
        <p class="links">
          named by{' '}
          {past.slice(-LATEST).map((n) => (
            <StepLink key={n} n={n} story={story} go={go} />
          ))}
        </p>
      )}
    </section>
  );
}

export function Verdict(props: Props & { readonly frame: number | null }) {
  return (
    <aside class="verdict" aria-label="Step">
      <Clause {...props} />
      <section>
        <h2>
          <code>{props.step.call}</code>
          {props.step.line !== null && <span class="badge">line {thousands(props.step.line)}</span>}
        </h2>
        <Comparison {...props} />
        <Links {...props} />
      </section>
      <Frame {...props} />
      <FreeStack {...props} />
    </aside>
  );
}
