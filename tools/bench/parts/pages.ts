import { failureOf } from '../customers';
import { closedCount, closedLoop } from '../load';
import { costText, loadText, measure } from '../measure';
import { atRest } from '../rest';
import type { Part } from './part';

const pagesMin = 200;

/** My page is read, through the gateway and at the service itself. */
export const reads: Part = async ({ system, rest, seconds, callers }) => {
  const { customers } = system;
  while (customers.journal.told.size < pagesMin)
    await closedCount(callers, pagesMin, async () => failureOf(await customers.book(), 201));
  await atRest(system.infra);
  const ids = [...customers.journal.told.keys()];
  const idOf = (number: number) => ids[number % ids.length] ?? '';
  const through = await measure(system, rest, () =>
    closedLoop(callers, seconds, async (number) => failureOf(await customers.readPage(idOf(number)), 200)),
  );
  const direct = system.direct('notification');
  const at = await measure(system, rest, () =>
    closedLoop(callers, seconds, async (number) => failureOf(await direct.readPage(idOf(number)), 200)),
  );
  return [
    ...loadText(`reads of my page through the gateway, ${callers} callers`, through),
    costText(through),
    ...loadText('reads of my page at its service', at),
    costText(at),
  ];
};

/** The centre confirms real bookings, each once. */
export const confirms: Part = async ({ system, rest, seconds, callers }) => {
  const { customers } = system;
  const open = () =>
    [...customers.journal.told].flatMap(([id, { confirmed, canceled, paid }]) =>
      paid && !confirmed && !canceled ? [id] : [],
    );
  const wanted = Math.max(callers * 10, seconds * 50);
  const missing = wanted - open().length;
  if (missing > 0) await closedCount(32, missing, async () => failureOf(await customers.book(), 201));
  await atRest(system.infra);
  const ids = open();
  const done = await measure(system, rest, () =>
    closedCount(callers, ids.length, async (number) =>
      failureOf(await customers.confirm(ids[number] ?? ''), 200, 201),
    ),
  );
  return [
    ...loadText(`confirms (POST /reservations), ${callers} callers, each order once`, done),
    costText(done),
  ];
};
