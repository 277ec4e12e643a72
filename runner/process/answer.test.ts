import { describe, expect, it } from 'vitest';
import { WHOLE } from '../../spec/index.ts';
import { readAnswer } from './answer.ts';

const FACTS = { sent: 1, profile: WHOLE, paints: true };

function answered(text: string): unknown {
  return readAnswer({ text, ending: { kind: 'whole' } }, FACTS).responses[0];
}

describe('an answer', () => {
  it.each(['17592186044416', '99999999999999999999', '-1', 'x', ''])(
    'that tells of a write to page frame "%s", which there cannot be, is malformed',
    (frame) => {
      const message = expect.stringMatching(/^it answered "wrote .*/);
      expect(answered(`done - 64 64 0\ndone - 64 64 0\nwrote ${frame}\nend\n`)).toMatchObject({
        outcome: { kind: 'malformed', message },
      });
    },
  );

  it('that tells of a write to the last page frame is taken', () => {
    expect(answered('done - 64 64 0\ndone - 64 64 0\nwrote 1099511627775\nend\n')).toMatchObject({
      writes: [2 ** 40 - 1],
    });
  });

  it('to init may name what is kept', () => {
    const started = (notes: string): unknown =>
      readAnswer({ text: `${notes}done - 64 61 3\nend\n`, ending: { kind: 'whole' } }, { ...FACTS, sent: 0 })
        .started;
    expect(started('kept 0 1\nkept 62 2\n')).toMatchObject({
      kept: [
        { base: 0, count: 1 },
        { base: 62, count: 2 },
      ],
    });
    expect(started('')).not.toHaveProperty('kept');
    for (const wrong of ['kept 1', 'kept x 1', 'kept 17592186044415 2'])
      expect(started(`${wrong}\n`)).toMatchObject({ outcome: { kind: 'malformed' } });
  });

  it('that reports an amount of 64 bits is taken to the last digit', () => {
    const most = 2n ** 64n - 1n;
    const response = answered(`done - 64 64 0\namount ${most} - 64 ${most} 9007199254740991\nend\n`);
    expect(response).toMatchObject({
      outcome: { kind: 'amount', amount: most },
      amounts: { total: 64, free: most, reserved: Number.MAX_SAFE_INTEGER },
    });
  });

  it.each([
    ['-', null],
    ['ENOMEM', 'ENOMEM'],
    ['E0', 'cleared'],
    ['E22', 'other'],
  ])('says with %s what became of errno', (word, errno) => {
    expect(answered(`done - 64 64 0\ndone ${word} 64 64 0\nend\n`)).toMatchObject({ errno });
  });
});
