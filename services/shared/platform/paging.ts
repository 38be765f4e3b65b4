import type { Request } from 'express';
import { refuse } from '../contracts/refusals';
import { publicBaseUrl } from './httpApp';
import type { ListedPage } from './listIndex';
import { RefusedError } from './problem';

/** What a list can be asked: its sorts, the first of which is the one that a caller gets who names none. */
export interface ListShape<Sort extends string = string> {
  /** The public path, such as `/orders`. */
  path: string;
  /** Under which name the items stand in `_embedded`. */
  rel: string;
  sorts: readonly [Sort, ...Sort[]];
  /** Query parameters that narrow the list, beside `page`, `size` and `sort`. */
  filters: readonly string[];
}

export interface Paging<Sort extends string = string> {
  page: number;
  size: number;
  sort: Sort;
  descending: boolean;
}

export const pageSizeStandard = 20;
export const pageSizeMax = 100;

/** Reads `page`, `size` and `sort` (`field` or `field,asc|desc`; descending by itself). Throws the 422 naming what is wrong. */
export function readPaging<Sort extends string>(req: Request, shape: ListShape<Sort>): Paging<Sort> {
  const errors: { parameter: string; detail: string }[] = [];
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const text = req.query[name];
    if (text === undefined || text === '') return fallback;
    const value = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    errors.push({ parameter: name, detail: `must be a whole number from ${least} to ${most}` });
    return fallback;
  };
  const page = whole('page', 0, 0, 1_000_000);
  const size = whole('size', pageSizeStandard, 1, pageSizeMax);
  const { sort = '' } = req.query;
  const [field, direction = 'desc', ...more] = typeof sort === 'string' ? sort.split(',') : [];
  const named = shape.sorts.find((each) => each === (field || shape.sorts[0]));
  if (!named || typeof sort !== 'string' || !['asc', 'desc'].includes(direction) || more.length > 0) {
    errors.push({
      parameter: 'sort',
      detail: `must be one of ${shape.sorts.join(', ')}, then ,asc or ,desc`,
    });
  }
  if (errors.length > 0) throw new RefusedError(refuse('value_invalid', { errors }));
  return { page, size, sort: named as Sort, descending: direction === 'desc' };
}

/** A query parameter that narrows a list to one of some values; undefined where it is not there. */
export function readFilter<Value extends string>(
  req: Request,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = req.query[name];
  if (text === undefined || text === '') return undefined;
  const value = values.find((each) => each === text);
  if (value) return value;
  const detail = `must be one of ${values.join(', ')}`;
  throw new RefusedError(refuse('value_invalid', { errors: [{ parameter: name, detail }] }));
}

/** One page of a list as HAL; `items` are its views. */
export function pageView<Sort extends string>(
  req: Request,
  shape: ListShape<Sort>,
  paging: Paging<Sort>,
  { total }: Pick<ListedPage, 'total'>,
  items: readonly unknown[],
) {
  const base = `${publicBaseUrl(req)}${shape.path}`;
  const { page, size, sort, descending } = paging;
  const totalPages = Math.ceil(total / size);
  const at = (number: number) => {
    const query = new URLSearchParams();
    for (const name of shape.filters) {
      const value = req.query[name];
      if (typeof value === 'string' && value !== '') query.set(name, value);
    }
    query.set('page', String(number));
    query.set('size', String(size));
    query.set('sort', `${sort},${descending ? 'desc' : 'asc'}`);
    return { href: `${base}?${query}` };
  };
  const last = Math.max(0, totalPages - 1);
  return {
    _embedded: { [shape.rel]: items },
    _links: {
      self: { href: `${base}{?${['page', 'size', 'sort', ...shape.filters].join(',')}}`, templated: true },
      first: at(0),
      ...(page > 0 ? { prev: at(Math.min(page - 1, last)) } : {}),
      ...(page < last ? { next: at(page + 1) } : {}),
      last: at(last),
    },
    page: { size, totalElements: total, totalPages, number: page },
  };
}
