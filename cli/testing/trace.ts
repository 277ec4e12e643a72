/** A trace as its file holds it, for tests to spoil. */

/** Returns a trace that our implementation reproduces nothing of: it holds on ours. */
export const TRACE = {
  format: 'frameproof/trace',
  version: 1,
  target: 'frameproof',
  scenario: {
    map: {
      format: 'frameproof/memory-map',
      version: 1,
      descriptors: [{ type: 'conventional', start: '0x0', pages: 4 }],
    },
    config: { bitmapMaxAddr: '0x1000', higherHalf: '0xffff800000000000' },
    policies: [],
    operations: [{ call: 'alloc' }, { call: 'free', address: 'a' }],
  },
  responses: [{ outcome: { kind: 'done' } }],
  violation: { clause: 'alloc.complete', at: 0, explanation: 'refused', pfn: 1, owner: 'pmm' },
};

/** Returns the text of {@link TRACE}, with some fields of its scenario replaced. */
export function traceText(scenario: object = {}): string {
  return JSON.stringify({ ...TRACE, scenario: { ...TRACE.scenario, ...scenario } });
}
