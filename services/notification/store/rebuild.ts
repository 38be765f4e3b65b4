import type { OrderHistoryPage } from '../../shared/contracts/history';
import type { PageList } from './pageList';
import type { PageStore } from './pageStore';

/** What the orders themselves say; only they know which exist. */
export interface OrderSource {
  history(page: number): Promise<OrderHistoryPage>;
  exists(orderId: string): Promise<boolean>;
}

export interface RebuildParts {
  orders: OrderSource;
  pages: PageStore;
  list: PageList;
  clock: () => Date;
  /** Asked between pages of the history; what is done by then stays. */
  isStopped: () => boolean;
}

export interface RebuildTotals {
  /** Orders in the history. */
  orders: number;
  /** Of these, pages that differ now from what was there. */
  rebuilt: number;
  unchanged: number;
  /** Pages that show more than their order tells of: they were left. */
  newerThanHistory: number;
  /** Pages and list entries of orders that do not exist. */
  removed: number;
  /** Ledger rows that were missing. */
  rowsAdded: number;
}

/**
 * Builds all my pages and their list anew out of the orders' history. It may run at any time, twice at once, and be
 * stopped anywhere: each page is replaced in one atomic write, and never by one that shows less.
 */
export async function rebuildPages(parts: RebuildParts, totals: RebuildTotals): Promise<void> {
  const seen = new Set<string>();
  for (let number: number | undefined = 0; number !== undefined; ) {
    number = await rebuildHistoryPage(parts, totals, number, seen);
  }
  await removeGhosts(parts, totals, seen);
}

export function noTotals(): RebuildTotals {
  return { orders: 0, rebuilt: 0, unchanged: 0, newerThanHistory: 0, removed: 0, rowsAdded: 0 };
}

/** Returns the number of the next page. */
async function rebuildHistoryPage(
  parts: RebuildParts,
  totals: RebuildTotals,
  number: number,
  seen: Set<string>,
): Promise<number | undefined> {
  let left: Set<string> | undefined;
  for (let round = 1; ; round++) {
    if (parts.isStopped()) throw new RebuildStopped();
    const { orders, next } = await parts.orders.history(number);
    const asked = orders.filter(({ orderId }) => (left ? left.has(orderId) : !seen.has(orderId)));
    const results = await Promise.all(
      asked.map(({ orderId, events }) => parts.pages.rebuild(orderId, events, parts.clock())),
    );
    const stale = new Set<string>();
    for (const [i, result] of results.entries()) {
      if (result.outcome === 'newer there') stale.add(asked[i]?.orderId ?? '');
      else {
        totals[result.outcome] += 1;
        totals.rowsAdded += result.rowsAdded;
      }
    }
    await Promise.all(asked.map(({ orderId }) => relist(parts, orderId)));
    totals.orders += round === 1 ? asked.length : 0;
    for (const { orderId } of asked) seen.add(orderId);
    if (stale.size === 0) return next;
    // A live event was faster than this reading of the history; the next reading has it.
    if (round === roundsMax) {
      totals.newerThanHistory += stale.size;
      return next;
    }
    left = stale;
  }
}

/** Lists the page as it is stored. Live events do so too, meanwhile: the newer one stays. */
async function relist({ pages, list }: RebuildParts, orderId: string): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const page = await pages.read(orderId);
    if (!page || page.status === undefined) return;
    if ((await list.restore(page)) === 'stored') return;
    // A page is written before it is listed, so an entry that is newer than the page shows what is not there.
    if ((await pages.read(orderId))?.version === page.version) await list.remove(orderId);
  }
  throw new Error('the list was changed by others again and again');
}

async function removeGhosts(parts: RebuildParts, totals: RebuildTotals, seen: Set<string>): Promise<void> {
  const { orders, pages, list } = parts;
  for (const orderIds of [pages.orderIds(), list.orderIds()]) {
    for await (const orderId of orderIds) {
      if (seen.has(orderId)) continue;
      if (parts.isStopped()) throw new RebuildStopped();
      const page = await pages.read(orderId);
      // An order that was placed since the history was read is none.
      if (await orders.exists(orderId)) continue;
      // An event came since: then the order is told of after all.
      if (page && !(await pages.remove(page))) continue;
      await list.remove(orderId);
      seen.add(orderId);
      totals.removed += 1;
    }
  }
}

export class RebuildStopped extends Error {
  override readonly message = 'stopped before the end; run it again';
}

const roundsMax = 5;
