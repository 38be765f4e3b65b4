import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, type RefusalCode, refusalTable, refuse } from '../../shared/contracts/refusals';
import { lineHeader, refusedForAllHeader, thenAskHeader } from '../../shared/platform/problem';

/**
 * Where a service says that for a moment it would refuse everybody who asks the same, it is not asked meanwhile: the edge
 * answers in its place. In an overload most of the work is to say no, and this is where it costs least. After that
 * moment a few go through; each that hears something else lets two more go, until it is plain that nobody is refused.
 */
export interface HoldOff {
  /** What who asks this now would hear; undefined for who is to go and ask. */
  refusalOf(asked: string): Refusal | undefined;
  /**
   * The same, after standing in line where the service has one. Who came back at once would else have the processor say
   * no to him again and again, which is taken from those who are served.
   */
  refusalInLine(asked: string): Promise<Refusal | undefined>;
  /**
   * The same for one with a key, which may have been done before: then it is not refused, and only who is asked can tell. So it
   * goes, but few such at a time; the others hear that theirs was not begun. Who goes leaves by the answer.
   */
  admitKeyed(asked: string): Promise<Refusal | (() => void)>;
  /** Reads from an answer whether it would have been everybody's. */
  note(asked: string, answer: Answered): void;
}

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

interface ForAll {
  refusal: Refusal;
  lineMs: number;
  forMs: number;
  thenAskMax: number;
}

interface Held extends Omit<ForAll, 'forMs'> {
  /** Epoch ms. Nobody asks before; from then on some do, as many more at the next such time, and at the end all. */
  until: number;
  isOverAt: number;
  /** How many may still ask. */
  places: number;
  /** How many have heard something else since. */
  accepted: number;
}

export function createHoldOff(
  now: () => number = Date.now,
  wait: (ms: number) => Promise<unknown> = sleep,
): HoldOff {
  const held = new Map<string, Held>();
  const keyedAsking = new Map<string, number>();

  function refusalOf(asked: string): Refusal | undefined {
    const found = held.get(asked);
    if (!found || now() >= found.isOverAt) return undefined;
    if (now() < found.until) return found.refusal;
    if (found.places === 0) {
      // Those who went may never hear anything.
      if (now() < found.until + unheardMsMax) return found.refusal;
      found.until = now();
      found.places = found.thenAskMax;
    }
    found.places -= 1;
    return undefined;
  }

  async function refusalInLine(asked: string): Promise<Refusal | undefined> {
    const cameAt = now();
    for (;;) {
      const refusal = refusalOf(asked);
      if (!refusal || now() - cameAt >= (held.get(asked)?.lineMs ?? 0)) return refusal;
      await wait(stepMs);
    }
  }

  return {
    refusalOf,
    refusalInLine,
    async admitKeyed(asked) {
      const found = held.get(asked);
      const isHeld = found !== undefined && now() < found.isOverAt;
      if (isHeld && found.refusal.refused === notBegun) return (await refusalInLine(asked)) ?? (() => {});
      const asking = keyedAsking.get(asked) ?? 0;
      if (isHeld && asking >= askMaxStandard) return refuse(notBegun, {}, 1);
      keyedAsking.set(asked, asking + 1);
      return () => keyedAsking.set(asked, (keyedAsking.get(asked) ?? 1) - 1);
    },
    note(asked, answer) {
      const forAll = refusalForAll(answer);
      const found = held.get(asked);
      if (forAll) {
        const { forMs, ...refused } = forAll;
        const until = now() + forMs;
        held.set(asked, {
          ...refused,
          until,
          isOverAt: until + forgottenAfterMs,
          places: forAll.thenAskMax,
          accepted: 0,
        });
      } else if (found && now() >= found.until) {
        found.accepted += 1;
        found.places += 2;
        if (found.accepted >= askMaxStandard) held.delete(asked);
      }
    },
  };
}

function refusalForAll({ status, headers, body }: Answered): ForAll | undefined {
  const forMs = Number(headers[refusedForAllHeader]);
  const code = status === 503 && forMs > 0 ? codeIn(body) : undefined;
  if (!code) return undefined;
  return {
    refusal: refuse(code, {}, Number(headers['retry-after']) || 1),
    lineMs: Math.min(Number(headers[lineHeader]) || 0, lineMsMax),
    forMs: Math.min(forMs, heldMsMax),
    thenAskMax: Math.max(1, Number(headers[thenAskHeader]) || askMaxStandard),
  };
}

function codeIn(body: Buffer): RefusalCode | undefined {
  try {
    const { code } = JSON.parse(body.toString()) as { code?: unknown };
    return typeof code === 'string' && Object.hasOwn(refusalTable, code) ? (code as RefusalCode) : undefined;
  } catch {
    return undefined;
  }
}

// What it says is true of a request that was done before as well.
const notBegun = 'booking_overloaded' satisfies RefusalCode;
// Whatever a service says: it has to be asked again soon to be found well.
const heldMsMax = 500;
// Longer than a booking takes that waits for payment in vain.
const unheardMsMax = 1_000;
const forgottenAfterMs = 3_000;
const lineMsMax = 1_000;
const stepMs = 20;
// As many as an order service has in flight by its standard setting, so that a line that moved is filled again.
const askMaxStandard = 8;
