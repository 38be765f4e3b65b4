import { isDeepStrictEqual } from 'node:util';
import type { System } from '../../tools/system/system';

/** Turns payment's fault switch: each request for money is held up for so many ms, `0-600` for at random, `0` for not at all. */
export async function delayPayment(system: Pick<System, 'url'>, paymentDelayMs: string): Promise<void> {
  const answer = await fetch(`${system.url('payment')}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ paymentDelayMs }),
  });
  const now = await answer.text();
  const isTaken = answer.ok && isDeepStrictEqual(JSON.parse(now), { paymentDelayMs });
  if (!isTaken) throw new Error(`the fault switch answered ${answer.status}: ${now}`);
}
