import { Router } from 'express';
import request from 'supertest';
import { createHttpApp } from './httpApp';
import { createLogger } from './logger';
import { type ListShape, pageView, readPaging } from './paging';

const log = createLogger('test', 'fatal');
const shape: ListShape<'placedAt' | 'date'> = {
  path: '/orders',
  rel: 'orders',
  sorts: ['placedAt', 'date'],
  filters: ['status', 'centerId'],
};

/** Asks for a page of a list of so many things; the answer shows what was read of the question as well. */
async function ask(query: string, total = 0, items: readonly unknown[] = []) {
  const router = Router();
  router.get('/orders', (req, res) => {
    const paging = readPaging(req, shape);
    res.json({ paging, view: pageView(req, shape, paging, { total }, items) });
  });
  return request(createHttpApp({ log, routers: [router] }))
    .get(`/orders${query}`)
    .set('x-forwarded-host', 'book.example.org');
}

const paging = async (query: string) => (await ask(query)).body.paging;

describe('what is asked for', () => {
  test.each([
    ['', {}],
    ['?page=&size=&sort=', {}],
    ['?status=confirmed&unknown=1', {}],
    ['?page=3', { page: 3 }],
    ['?page=0', { page: 0 }],
    ['?page=1000000', { page: 1_000_000 }],
    ['?size=1', { size: 1 }],
    ['?size=100', { size: 100 }],
    ['?page=007', { page: 7 }],
    ['?sort=date', { sort: 'date' }],
    ['?sort=date,asc', { sort: 'date', descending: false }],
    ['?sort=date,desc', { sort: 'date' }],
    ['?sort=placedAt%2Casc', { descending: false }],
    ['?sort=,asc', { descending: false }],
    ['?page=2&size=50&sort=date,asc', { page: 2, size: 50, sort: 'date', descending: false }],
  ])('When the query is "%s", then what is not named has its standard: %j', async (query, named) => {
    expect(await paging(query)).toEqual({
      page: 0,
      size: 20,
      sort: 'placedAt',
      descending: true,
      ...named,
    });
  });

  test.each([
    ['?page=-1', ['page']],
    ['?page=1.5', ['page']],
    ['?page=1000001', ['page']],
    ['?page=9999999999', ['page']],
    ['?page=1e3', ['page']],
    ['?page=0x10', ['page']],
    ['?page=+1', ['page']],
    ['?page=one', ['page']],
    ['?page=1&page=2', ['page']],
    ['?size=0', ['size']],
    ['?size=101', ['size']],
    ['?size=%EF%BC%95', ['size']],
    ['?sort=name', ['sort']],
    ['?sort=placedat', ['sort']],
    ['?sort=__proto__', ['sort']],
    ['?sort=date,up', ['sort']],
    ['?sort=date,ASC', ['sort']],
    ['?sort=date,', ['sort']],
    ['?sort=date,asc,desc', ['sort']],
    ['?sort=date&sort=asc', ['sort']],
    ['?page=x&size=x&sort=x', ['page', 'size', 'sort']],
  ])(
    'When the query is "%s", then it is refused, and each parameter at fault is named',
    async (query, parameters) => {
      const { status, body } = await ask(query);

      expect([status, body.code]).toEqual([422, 'value_invalid']);
      expect(body.errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual(parameters);
      for (const { detail } of body.errors) expect(detail).toMatch(/^must be /);
    },
  );

  test('When a sort is unknown, then the known ones are named', async () => {
    expect((await ask('?sort=name')).body.errors[0].detail).toContain('placedAt, date');
  });
});

describe('what is answered', () => {
  const link = (page: number, size = 20, rest = 'sort=placedAt%2Cdesc') =>
    `http://book.example.org/orders?page=${page}&size=${size}&${rest}`;
  const links = async (query: string, total: number) => (await ask(query, total)).body.view._links;

  test('When the list is empty, then there are no items, and its first page is its last', async () => {
    expect((await ask('')).body.view).toEqual({
      _embedded: { orders: [] },
      _links: {
        self: {
          href: 'http://book.example.org/orders{?page,size,sort,status,centerId}',
          templated: true,
        },
        first: { href: link(0) },
        last: { href: link(0) },
      },
      page: { size: 20, totalElements: 0, totalPages: 0, number: 0 },
    });
  });

  test.each([
    [0, 20, 41, { next: 1, last: 2 }, 3],
    [1, 20, 41, { prev: 0, next: 2, last: 2 }, 3],
    [2, 20, 41, { prev: 1, last: 2 }, 3],
    [0, 20, 20, { last: 0 }, 1],
    [0, 20, 21, { next: 1, last: 1 }, 2],
    [0, 1, 3, { next: 1, last: 2 }, 3],
    [3, 20, 41, { prev: 2, last: 2 }, 3],
    [99, 20, 41, { prev: 2, last: 2 }, 3],
    [5, 20, 0, { prev: 0, last: 0 }, 0],
  ])(
    'When page %d by %d of %d is asked for, then the links are %j and first',
    async (page, size, total, there, pages) => {
      const { _links, page: shown } = (await ask(`?page=${page}&size=${size}`, total)).body.view;
      const { self, ...others } = _links;

      expect(self.templated).toBe(true);
      expect(others).toEqual(
        Object.fromEntries(
          Object.entries({ first: 0, ...there }).map(([rel, number]) => [rel, { href: link(number, size) }]),
        ),
      );
      expect(shown).toEqual({ size, totalElements: total, totalPages: pages, number: page });
    },
  );

  test('When the list is narrowed and sorted, then each link keeps that, and nothing that is no filter', async () => {
    const { next } = await links('?status=Pay%20Approved&centerId=&sort=date,asc&other=1', 41);
    const { searchParams } = new URL(next.href);

    expect(Object.fromEntries(searchParams)).toEqual({
      status: 'Pay Approved',
      page: '1',
      size: '20',
      sort: 'date,asc',
    });
  });

  test('When a link is followed, then it is understood as it was meant', async () => {
    const { next } = await links('?size=7&sort=date,asc', 41);

    expect(await paging(new URL(next.href).search)).toEqual({
      page: 1,
      size: 7,
      sort: 'date',
      descending: false,
    });
  });

  test('When a filter holds markup, then links hold it encoded', async () => {
    const { next } = await links(`?status=${encodeURIComponent('"><script>&page=9')}`, 41);

    expect(next.href).not.toMatch(/[<>"]/);
    expect(new URL(next.href).searchParams.getAll('page')).toEqual(['1']);
  });

  test('When there are items, then they stand under their name', async () => {
    expect((await ask('', 1, [{ orderId: 'a' }])).body.view._embedded).toEqual({
      orders: [{ orderId: 'a' }],
    });
  });
});
