import type { BookingStatus } from '../../shared/contracts/status';
import type { ListedEntry, ListIndex } from '../../shared/platform/listIndex';
import type { MyPage, ShownPage } from '../domain/myPage';
import { type PublicPage, publicPage, updatedAt } from '../domain/publicPage';

export const pageSorts = ['placedAt', 'visitAt', 'updatedAt'] as const;

export interface PageQuery {
  status?: BookingStatus | undefined;
  sort: (typeof pageSorts)[number];
  descending: boolean;
  page: number;
  size: number;
}

/** The list of my pages, kept beside them: each is put here again whenever it was written. */
export interface PageList {
  put(page: MyPage): Promise<void>;
  page(query: PageQuery): Promise<{ pages: PublicPage[]; total: number }>;
  /** Puts a page here anew, even where this version of it is listed already. */
  restore(page: ShownPage): Promise<'stored' | 'newer there'>;
  remove(orderId: string): Promise<void>;
  /** Every order that is listed; one may come twice. */
  orderIds(): AsyncIterable<string>;
}

export function createPageList(index: ListIndex): PageList {
  return {
    async put(page) {
      if (page.status !== undefined) await index.put(page.orderId, page.version, listedPage(page));
    },
    async page({ status, ...query }) {
      const { items, total } = await index.page({
        ...query,
        ...(status ? { facet: statusFacet(status) } : {}),
      });
      return { pages: items.map(({ doc }) => doc as unknown as PublicPage), total };
    },
    restore: (page) => index.restore(page.orderId, page.version, listedPage(page)),
    remove: (orderId) => index.remove(orderId),
    orderIds: () => index.ids(),
  };
}

function listedPage(page: ShownPage): ListedEntry {
  const { seat, placedAt } = page.booking;
  return {
    doc: { ...publicPage(page) },
    sorts: {
      placedAt: sortable(placedAt),
      // All centres are in one zone, so what the clock there shows is in the order of the instants.
      visitAt: `${seat.date}T${seat.time}`,
      updatedAt: sortable(updatedAt(page)),
    },
    facets: [statusFacet(page.status)],
  };
}

function statusFacet(status: BookingStatus): string {
  return `status:${status}`;
}

// Events may carry instants with and without milliseconds.
function sortable(instant: string): string {
  return new Date(instant).toISOString();
}
