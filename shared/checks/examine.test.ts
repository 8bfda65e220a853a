import { expect, test } from 'vitest';
import type { Admission, ConvertedDisk } from '../contracts/run.ts';
import { type Conversion, type ExamineSteps, examine } from './examine.ts';

const admitted: Admission = { layers: [], findings: [] };
const refused: Admission = {
  layers: [],
  findings: [{ code: 'unrecognised', step: 'admit', outcome: 'fail', params: {} }],
};
const converted = { format: 'qcow2', size: 1, virtualSize: 1, sha256: '', md5: '' } as unknown as ConvertedDisk;
const conversion: Conversion = { layers: [], findings: [], tools: {}, converted };

function stepsThat(given: { admission?: Admission; conversion?: Conversion }) {
  const taken: string[] = [];
  function take<Result>(step: string, result: Result): Promise<Result> {
    taken.push(step);
    return Promise.resolve(result);
  }
  const steps: ExamineSteps = {
    admit: () => take('admit', given.admission ?? admitted),
    convert: () => take('convert', given.conversion ?? conversion),
    inspect: () => take('inspect', { guest: {}, findings: [], tools: {} }),
    bootCheck: () => take('boot-check', { findings: [] }),
  };
  return { steps, taken };
}

test('an upload goes through every step, in order', async () => {
  const { steps, taken } = stepsThat({});
  const parts = await examine(steps);
  expect(taken).toEqual(['admit', 'convert', 'inspect', 'boot-check']);
  expect(parts).toMatchObject({
    admission: admitted,
    conversion,
    inspection: { guest: {} },
    bootCheck: { findings: [] },
  });
});

test('nothing opens an upload that was refused', async () => {
  const { steps, taken } = stepsThat({ admission: refused });
  expect(await examine(steps)).toEqual({ admission: refused });
  expect(taken).toEqual(['admit']);
});

test('what did not become a disk is not inspected', async () => {
  const without: Conversion = { layers: [], findings: [], tools: {} };
  const { steps, taken } = stepsThat({ conversion: without });
  expect(await examine(steps)).toEqual({ admission: admitted, conversion: without });
  expect(taken).toEqual(['admit', 'convert']);
});

test('a caller that only wants the disk names only the steps it needs', async () => {
  const { steps, taken } = stepsThat({});
  const { admit, convert } = steps;
  const parts = await examine({ admit, convert });
  expect(taken).toEqual(['admit', 'convert']);
  expect(parts.conversion?.converted).toBe(converted);
});
