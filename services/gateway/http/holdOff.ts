import { type Refusal, type RefusalCode, refusalTable, refuse } from '../../shared/contracts/refusals';
import { refusedForAllHeader } from '../../shared/platform/problem';

/**
 * Where a service says that for a moment it would refuse everybody who asks the same, it is not asked meanwhile: the edge
 * answers in its place. In an overload most of the work is to say no, and this is where it costs least.
 */
export interface HoldOff {
  /** What who asks this now would hear. */
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
  const held = new Map<string, { until: number; refusal: Refusal }>();
  return {
    refusalOf(asked) {
      const found = held.get(asked);
      return found && now() < found.until ? found.refusal : undefined;
    },
    note(asked, { status, headers, body }) {
      const forMs = Number(headers[refusedForAllHeader]);
      if (status !== 503 || !(forMs > 0)) return;
      const code = codeIn(body);
      if (!code) return;
      const refusal = refuse(code, {}, Number(headers['retry-after']) || 1);
      held.set(asked, { until: now() + Math.min(forMs, heldMsMax), refusal });
    },
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

// Whatever a service says: it has to be asked again soon to be found well.
const heldMsMax = 500;
