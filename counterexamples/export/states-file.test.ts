/** A trace as states: what ITF and TLC's text say of it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode, Trace } from '../../spec/index.ts';
import { itfFile, tlaFile } from './states-file.ts';

const path = new URL('../../corpus/double-free.json', import.meta.url);
const trace = decode(Trace, JSON.parse(readFileSync(path, 'utf8')), 'double-free.json');

it('ITF has every state, with integers that no reader cuts', () => {
  const { vars, states, '#meta': meta } = JSON.parse(itfFile(trace));
  expect(meta.format).toBe('ITF');
  expect(states).toHaveLength(trace.responses.length);
  for (const [index, state] of states.entries()) {
    expect(Object.keys(state)).toEqual(['#meta', ...vars]);
    expect(state['#meta']).toEqual({ index });
  }
  expect(states.map((state: { action: { name: string } }) => state.action.name)).toEqual([
    'init',
    ...trace.scenario.operations.map(({ call }) => call),
  ]);
  expect(states[0].owners[0]).toEqual({
    base: { '#bigint': '0' },
    count: { '#bigint': expect.any(String) },
    owner: 'pmm',
  });
});

it('the text is as TLC prints it', () => {
  expect(`\n${tlaFile(trace)}`).toMatchInlineSnapshot(`
    "
    State 1: <Initial predicate>
    /\\ action = [name |-> "init"]
    /\\ answer = [kind |-> "done"]
    /\\ owners = <<[base |-> 0, count |-> 1, owner |-> "pmm"]>>
    /\\ violation = ""

    State 2: <alloc>
    /\\ action = [name |-> "alloc"]
    /\\ answer = [kind |-> "address", address |-> 18446603336221196288]
    /\\ owners = <<[base |-> 0, count |-> 1, owner |-> "caller"]>>
    /\\ violation = ""

    State 3: <free>
    /\\ action = [name |-> "free", address |-> "a"]
    /\\ answer = [kind |-> "done"]
    /\\ owners = <<[base |-> 0, count |-> 1, owner |-> "pmm"]>>
    /\\ violation = ""

    State 4: <free>
    /\\ action = [name |-> "free", address |-> "a"]
    /\\ answer = [kind |-> "panicked", message |-> "free: page frame 0 may not be freed, it is free already", call |-> "free", pfn |-> 0, owner |-> "pmm"]
    /\\ owners = <<[base |-> 0, count |-> 1, owner |-> "pmm"]>>
    /\\ violation = ""
    "
  `);
});

it('the last state names the clause that a trace violates', () => {
  const violation = {
    clause: 'free.owner',
    at: trace.scenario.operations.length - 1,
    explanation: '',
    pfn: null,
    owner: null,
  } as const;
  const { states } = JSON.parse(itfFile({ ...trace, violation }));
  expect(
    states.map((state: { violation: string }) => state.violation).filter((clause: string) => clause !== ''),
  ).toEqual(['free.owner']);
});
