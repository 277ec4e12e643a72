/**
 * Counterexamples as text: the memory map, the numbered program with its results named, the responses, the clause, the page
 * frame and its owner.
 */
import {
  type Config,
  counted,
  endAddressOf,
  formatSteps,
  type MemoryMap,
  ownerAfterInit,
  type PlacedViolation,
  pfnAt,
  type Response,
  sentenceOf,
  type Trace,
  toHex,
} from '../../spec/index.ts';

const SHOWN_ADDRESSES = 4;

function formatAddress(config: Config, address: bigint): string {
  const frame = pfnAt(config, address);
  return frame === null ? toHex(address) : `${toHex(address)} (page frame ${frame})`;
}

function formatAddresses(config: Config, addresses: readonly bigint[]): string {
  const shown = addresses.slice(0, SHOWN_ADDRESSES).map((address) => formatAddress(config, address));
  const more = addresses.length - shown.length;
  return `${counted(addresses.length, 'page')}: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/**
 * Returns the answer of a call in one line.
 *
 * @public
 */
export function formatResponse(config: Config, { outcome, errno }: Response): string {
  switch (outcome.kind) {
    case 'address':
      return formatAddress(config, outcome.address);
    case 'addresses':
      return outcome.addresses.length === 0 ? 'no pages' : formatAddresses(config, outcome.addresses);
    case 'amount':
      return String(outcome.amount);
    case 'done':
      return 'done';
    case 'failed':
      return `failed, errno ${errno === undefined ? 'unknown' : errno}`;
    case 'panicked':
      return `panic: ${outcome.message}`;
    default:
      return outcome.message;
  }
}

function formatMap(map: MemoryMap): readonly string[] {
  if (map.descriptors.length === 0) return ['(no descriptors)'];
  const rows = map.descriptors.map((d) => [
    d.type,
    `[${toHex(d.start)}, ${toHex(endAddressOf(d))})`,
    counted(d.pages, 'page'),
    ownerAfterInit(d.type),
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function programLines({ scenario, responses, violation }: Trace): readonly string[] {
  const { config, operations } = scenario;
  const steps = formatSteps(operations);
  const width = Math.max(0, ...steps.map(({ text }) => text.length));
  const digits = String(operations.length).length;
  return steps.map(({ text, at, operations: count }) => {
    // Of a burst, the first answer is shown and the last one.
    const answers = responses
      .slice(at + 1, at + 1 + count)
      .map((response) => formatResponse(config, response));
    const answer = [...new Set([answers.at(0) ?? '(not run)', answers.at(-1) ?? '(not run)'])].join(' … ');
    const isHere = violation !== undefined && violation.at >= at && violation.at < at + count;
    return `${String(at + 1).padStart(digits)}  ${text.padEnd(width)}  -> ${answer}${isHere ? '  <-- here' : ''}`;
  });
}

/** Returns the lines of a violation, wherever it was found: the clause, how it is broken, and the page frame that it blames. */
export function formatViolation(
  violation: Omit<PlacedViolation, 'at' | 'owner'> & { readonly owner: string | null },
): readonly string[] {
  const { clause, explanation, pfn, owner } = violation;
  const frame = pfn === null ? [] : [`page frame ${pfn}, owner ${owner ?? 'unknown'}`];
  return [`${clause}: ${sentenceOf(violation)}`, explanation, ...frame];
}

function placedViolation({ at, explanation, ...violation }: PlacedViolation): readonly string[] {
  const where = at < 0 ? 'init' : `operation ${at + 1}`;
  return formatViolation({ ...violation, explanation: `${where}: ${explanation}` });
}

function section(title: string, lines: readonly string[]): readonly string[] {
  const indent = ' '.repeat(10);
  return lines.map((line, i) => (i === 0 ? title.padEnd(indent.length) : indent) + line);
}

/**
 * Returns the lines that show a counterexample. The caller adds where it was saved and how to replay it.
 *
 * @public
 */
export function formatCounterexample(trace: Trace): readonly string[] {
  const { map, config, policies } = trace.scenario;
  const zone = (trace.profile?.zones ?? 2) !== 2 ? '' : `bitmap zone below ${toHex(config.bitmapMaxAddr)}, `;
  const memory = `${zone}physical memory mapped at ${toHex(config.higherHalf)}`;
  return [
    ...section('map', formatMap(map)),
    ...section('config', [memory, ...(policies.length === 0 ? [] : [`promised: ${policies.join(', ')}`])]),
    ...section(
      'program',
      trace.scenario.operations.length === 0 ? ['none: init violates it'] : programLines(trace),
    ),
    ...(trace.violation === undefined ? [] : section('violation', placedViolation(trace.violation))),
  ];
}
