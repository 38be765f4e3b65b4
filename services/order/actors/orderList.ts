import type { ListedEntry } from '../../shared/platform/listIndex';
import type { OrderState } from '../domain/orderState';

/** An order without what a list has no use for and a reader of lists no business with. */
export function listedOrder(_orderId: string, state: OrderState): ListedEntry | undefined {
  if (state.status === 'none') return undefined;
  const { phone: _p, customerKey: _k, fingerprint: _f, ...placement } = state.placement;
  const { date, time } = state.standing.seat;
  return {
    doc: { ...state, placement },
    sorts: { placedAt: placement.placedAt, visitAt: `${date} ${time}` },
    facets: [`status:${state.status}`],
  };
}
