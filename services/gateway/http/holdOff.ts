import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, type RefusalCode, refusalTable, refuse } from '../../shared/contracts/refusals';
import { lineHeader, refusedForAllHeader } from '../../shared/platform/problem';

/**
 * Where a service says that for a moment it would refuse everybody who asks the same, it is not asked meanwhile: the edge
 * answers in its place. In an overload most of the work is to say no, and this is where it costs least. After that
 * moment a few go through, and the others with them as soon as one of those hears something else.
 */
export interface HoldOff {
  /** What who asks this now would hear; undefined for who is to go and ask. */
  refusalOf(asked: string): Refusal | undefined;
  /**
   * The same, after standing in line where the service has one. Who came back at once would else have the processor say
   * no to him again and again, which is taken from those who are served.
   */
  refusalInLine(asked: string): Promise<Refusal | undefined>;
  /** Reads from an answer whether it would have been everybody's. */
  note(asked: string, answer: Answered): void;
}

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export function createHoldOff(
  now: () => number = Date.now,
  wait: (ms: number) => Promise<unknown> = sleep,
): HoldOff {
  const held = new Map<string, { until: number; refusal: Refusal; lineMs: number; asking: number }>();

  function refusalOf(asked: string): Refusal | undefined {
    const found = held.get(asked);
    if (!found || now() >= found.until + heldMsMax) return undefined;
    if (now() < found.until || found.asking >= askingMax) return found.refusal;
    found.asking += 1;
    return undefined;
  }

  return {
    refusalOf,
    async refusalInLine(asked) {
      const cameAt = now();
      for (;;) {
        const refusal = refusalOf(asked);
        if (!refusal || now() - cameAt >= (held.get(asked)?.lineMs ?? 0)) return refusal;
        await wait(stepMs);
      }
    },
    note(asked, answer) {
      const forAll = refusalForAll(answer);
      if (forAll) held.set(asked, { ...forAll, until: now() + forAll.forMs, asking: 0 });
      else if (now() >= (held.get(asked)?.until ?? 0)) held.delete(asked);
    },
  };
}

function refusalForAll({
  status,
  headers,
  body,
}: Answered): { refusal: Refusal; lineMs: number; forMs: number } | undefined {
  const forMs = Number(headers[refusedForAllHeader]);
  const code = status === 503 && forMs > 0 ? codeIn(body) : undefined;
  if (!code) return undefined;
  const refusal = refuse(code, {}, Number(headers['retry-after']) || 1);
  const lineMs = Math.min(Number(headers[lineHeader]) || 0, lineMsMax);
  return { refusal, lineMs, forMs: Math.min(forMs, heldMsMax) };
}

function codeIn(body: Buffer): RefusalCode | undefined {
  try {
    const { code } = JSON.parse(body.toString()) as { code?: unknown };
    return typeof code === 'string' && Object.hasOwn(refusalTable, code) ? (code as RefusalCode) : undefined;
  } catch {
    return undefined;
  }
}

// Whatever a service says: it has to be asked again soon to be found well.
const heldMsMax = 500;
const lineMsMax = 1_000;
const stepMs = 20;
// As many as an order service has in flight by its standard setting, so that a line that moved is filled again.
const askingMax = 8;
