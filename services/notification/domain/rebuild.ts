import type { OrderEvent } from '../../shared/contracts/events';
import { type MessageRow, newMessage, unknownMessage } from './messages';
import { emptyPage, foldEvents, type MyPage } from './myPage';

export interface RebuiltPage {
  page: MyPage;
  /** One row for each change; those that the ledger has already stay as they are. */
  rows: MessageRow[];
}

/**
 * A page folded from nothing out of its order's whole history. What waits on the stored page is folded in too, for it
 * may be newer than the history. Undefined where the stored page shows more than that: then the history is too old.
 */
export function rebuiltPage(
  stored: MyPage,
  history: readonly OrderEvent[],
  now: Date,
): RebuiltPage | undefined {
  const { page, steps } = foldEvents(emptyPage(stored.orderId), [...history, ...stored.early]);
  if (page.version < stored.version) return undefined;
  const heardEarly = new Set(stored.early.map(({ version }) => version));
  const rows = steps.map((step) => {
    if (heardEarly.has(step.version)) return newMessage(step);
    return unknownMessage(step, step.version > stored.version, now.toISOString());
  });
  return { page, rows };
}
