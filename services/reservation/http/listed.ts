import type { Request } from 'express';
import { z } from 'zod';
import { businessDate, centerId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import type { ListIndex, ListQuery } from '../../shared/platform/listIndex';
import { type ListShape, pageView, readPaging } from '../../shared/platform/paging';
import { RefusedError } from '../../shared/platform/problem';
import {
  facetOf,
  type ReservationFilter,
  type ReservationFilters,
  reservationOf,
} from '../actors/listedReservation';
import type { Reservation, ReservationStatus } from '../domain/reservation';

const statuses = [
  'received',
  'confirmed',
  'rejected',
  'canceled',
  'checked in',
  'completed',
  'no show',
] as const satisfies readonly ReservationStatus[];

const filterShapes = {
  date: businessDate,
  status: z.enum(statuses),
  centerId,
  by: z.enum(['customer', 'center']),
} satisfies Record<ReservationFilter, z.ZodType>;

/** One page of the list, as a caller asked for it; `always` narrows it whatever the caller asks. */
export async function listPage<Sort extends string>(
  req: Request,
  list: Pick<ListIndex, 'page'>,
  shape: ListShape<Sort> & { filters: readonly ReservationFilter[] },
  viewOf: (reservation: Reservation) => unknown,
  always: ReservationFilters = {},
) {
  const filters = readFilters(req, shape.filters);
  const { page, size, sort, descending } = readPaging(req, shape);
  const found = await read(list, { facet: facetOf({ ...always, ...filters }), sort, descending, page, size });
  const items = found.items.map(({ doc }) => viewOf(reservationOf(doc)));
  return pageView(req, shape, { page, size, sort, descending }, found, items);
}

function readFilters(req: Request, names: readonly ReservationFilter[]) {
  const errors: { parameter: string; detail: string }[] = [];
  const filters: ReservationFilters = {};
  for (const name of names) {
    const value = req.query[name];
    if (value === undefined || value === '') continue;
    const read = filterShapes[name].safeParse(value);
    if (read.success) filters[name] = read.data;
    else errors.push({ parameter: name, detail: read.error.issues[0]?.message ?? 'is not acceptable' });
  }
  if (errors.length > 0) throw new RefusedError(refuse('value_invalid', { errors }));
  return filters;
}

async function read(list: Pick<ListIndex, 'page'>, query: ListQuery) {
  try {
    return await list.page(query);
  } catch (error) {
    throw new RefusedError(refuse('service_unavailable'), { cause: error });
  }
}
