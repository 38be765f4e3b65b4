import type { Span, Step } from '../count/spans';
import { pathTimes } from './pathTimes';

function step(
  kind: Span['kind'],
  what: string,
  begun: number,
  ended: number,
  steps: Step[] = [],
  waitedFor = true,
): Step {
  return { kind, what, id: what, within: '', begun, ended, service: 'order', waitedFor, steps };
}

test('When steps lie in one another, then each has the time in which it waits for nobody, once where two are side by side', () => {
  const tree = step('in', 'POST /orders', 0, 10_000, [
    step('out', 'GET /a', 1_000, 5_000, [step('in', 'GET /b', 2_000, 4_000)]),
    step('redis', 'SET x', 3_000, 7_000),
    step('out', 'GET /later', 8_000, 20_000, [], false),
  ]);

  expect(Object.fromEntries([...pathTimes([tree])].map(([name, { ms }]) => [name, ms]))).toEqual({
    "order's own code: POST /orders": 4,
    "order's sidecar and on: GET /a": 2,
    "order's own code: GET /b": 2,
    'Redis, asked by order: SET': 4,
  });
});
