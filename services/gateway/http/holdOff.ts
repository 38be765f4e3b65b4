import { type Refusal, type RefusalCode, refusalTable, refuse } from '../../shared/contracts/refusals';
import { refusedForAllHeader } from '../../shared/platform/problem';

/**
 * Where a service says that for a moment it would refuse everybody who asks the same, it is not asked meanwhile: the edge
 * answers in its place. In an overload most of the work is to say no, and this is where it costs least. After that
 * moment a few go through, and the others with them as soon as one of those hears something else.
 */
export interface HoldOff {
  /** What who asks this now would hear; undefined for who is to go and ask. */
  refusalOf(asked: string): Refusal | undefined;
  /** Reads from an answer whether it would have been everybody's. */
  note(asked: string, answer: Answered): void;
}

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export function createHoldOff(now: () => number = Date.now): HoldOff {
  const held = new Map<string, { until: number; refusal: Refusal; asking: number }>();
  return {
    refusalOf(asked) {
      const found = held.get(asked);
      if (!found || now() >= found.until + heldMsMax) return undefined;
      if (now() < found.until || found.asking >= askingMax) return found.refusal;
      found.asking += 1;
      return undefined;
    },
    note(asked, answer) {
      const forAll = refusalForAll(answer);
      if (forAll) held.set(asked, { ...forAll, until: now() + forAll.forMs, asking: 0 });
      else if (now() >= (held.get(asked)?.until ?? 0)) held.delete(asked);
    },
  };
}

function refusalForAll({ status, headers, body }: Answered): { refusal: Refusal; forMs: number } | undefined {
  const forMs = Number(headers[refusedForAllHeader]);
  const code = status === 503 && forMs > 0 ? codeIn(body) : undefined;
  if (!code) return undefined;
  const refusal = refuse(code, {}, Number(headers['retry-after']) || 1);
  return { refusal, forMs: Math.min(forMs, heldMsMax) };
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
// As many as an order service has in flight by its standard setting, so that a line that moved is filled again.
const askingMax = 16;
