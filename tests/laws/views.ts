import { type MessageRow, newMessage } from '../../services/notification/domain/messages';
import { emptyPage, foldEvents, type MyPage } from '../../services/notification/domain/myPage';
import type { Ledger } from '../../services/notification/store/ledger';
import type { PageList } from '../../services/notification/store/pageList';
import type { PageStore } from '../../services/notification/store/pageStore';
import type { OrderEvent } from '../../services/shared/contracts/events';
import { refuse } from '../../services/shared/contracts/refusals';
import type { ListedEntry, ListIndex } from '../../services/shared/platform/listIndex';
import type { World } from './world';

type Ask = <Result>(what: string, work: () => Result) => Promise<Result>;

/** As the list index in Redis: an older version changes nothing. */
export function memoryList(world: World, ask: Ask, name: string): Pick<ListIndex, 'put'> {
  const list = world.lists.get(name) ?? new Map();
  world.lists.set(name, list);
  return {
    put: (id: string, version: number, entry: ListedEntry | undefined) =>
      ask(`list ${name}`, () => {
        if ((list.get(id)?.version ?? 0) >= version) return;
        list.set(id, { version, doc: entry && JSON.stringify(entry.doc) });
      }),
  };
}

export function memoryPageList(world: World, ask: Ask): Pick<PageList, 'put'> {
  const list = memoryList(world, ask, 'mypages');
  return {
    async put(page: MyPage) {
      const { orderId, version, status } = page;
      if (status !== undefined) await list.put(orderId, version, { doc: { status }, sorts: {}, facets: [] });
    },
  };
}

/** My pages, each written in one step with its ledger rows, and only if it is still as it was read. */
export function memoryPages(world: World, ask: Ask): Pick<PageStore, 'read' | 'take'> {
  function write(orderId: string, stored: string | undefined, page: MyPage, rows: MessageRow[]): boolean {
    if (world.pages.get(orderId) !== stored) return false;
    world.pages.set(orderId, JSON.stringify(page));
    const ledger = world.rows.get(orderId) ?? new Map<string, string>();
    world.rows.set(orderId, ledger);
    for (const row of rows) {
      if (!ledger.has(row.messageId)) ledger.set(row.messageId, JSON.stringify(row));
    }
    if (hasPending(rows) && !world.due.has(orderId)) world.due.set(orderId, world.now);
    return true;
  }

  return {
    read: (orderId) => ask('read page', () => world.page(orderId)),
    async take(orderId: string, told: readonly OrderEvent[]) {
      for (;;) {
        const stored = await ask('read page', () => world.pages.get(orderId));
        const before = stored === undefined ? emptyPage(orderId) : (JSON.parse(stored) as MyPage);
        const events = world.plant.foldsBlindly
          ? told.map((event) => ({ ...event, version: before.version + 1 }))
          : told;
        const { page, steps } = foldEvents(before, events);
        const rows = steps.map(newMessage);
        if (page !== before && !(await ask('write page', () => write(orderId, stored, page, rows)))) continue;
        return { page, isDue: hasPending(rows) };
      }
    },
  };
}

export function memoryLedger(world: World, ask: Ask): Ledger {
  const store = (orderId: string, row: MessageRow | undefined, nextTry: number) => {
    if (row) world.rows.get(orderId)?.set(row.messageId, JSON.stringify(row));
    if (hasPending(world.messages(orderId))) world.due.set(orderId, nextTry);
    else world.due.delete(orderId);
  };
  return {
    shardOf: () => 0,
    messages: (orderId) =>
      ask('read ledger', () => {
        const rows = world.messages(orderId);
        return world.plant.sendsNewestFirst ? rows.reverse() : rows;
      }),
    message: async () => undefined,
    resend: async () => refuse('message_not_found'),
    dueOrders: (_shard, now, max) =>
      ask('read due', () =>
        [...world.due]
          .filter(([, at]) => at <= now.getTime())
          .map(([orderId]) => orderId)
          .slice(0, max),
      ),
    forgetIfDone: (orderId) => ask('write ledger', () => store(orderId, undefined, world.now)),
    forget: (orderId) => ask('write ledger', () => void world.due.delete(orderId)),
    recordDelivery: (row, nextTry) => ask('write ledger', () => store(row.orderId, row, nextTry.getTime())),
  };
}

function hasPending(rows: readonly MessageRow[]): boolean {
  return rows.some(({ delivery }) => delivery.state === 'pending');
}
