import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { createViewRedis } from '../../services/notification/store/viewRedis';
import type { BenchSystem } from './benchSystem';
import { centerIds, dateAfter, openDays } from './calendars';
import { failureOf } from './customers';
import { shards } from './holdings';
import { atRest } from './rest';

type Redis = ReturnType<typeof redisAt>;

const times = ['08:00', '09:00', '10:00', '11:00'];
const template = { centerId: centerIds[2] ?? '', date: dateAfter(362), time: times[0] ?? '' };

/**
 * Stores bookings by copying one that the system has made, key by key, while no service runs: a system that is full is
 * wanted, and not the days that it would take to fill it. The laws tell whether copies are what bookings would be.
 */
export async function fill(system: BenchSystem, count: number): Promise<void> {
  const booked = await system.customers.book(template);
  const failure = failureOf(booked, 201);
  if (failure) throw new Error(`not booked: ${failure}`);
  await atRest(system.infra);
  await stopApps(system);
  const redis = redisAt(system.infra.redisUrl);
  await redis.connect();
  try {
    // What is copied here is nobody's booking yet.
    await redis.configSet('appendfsync', 'no');
    const copy = await copier(redis, system.infra.redisUrl, booked.body.orderId);
    for (let done = 0; done < count; done += batch) {
      const numbers = Array.from({ length: Math.min(batch, count - done) }, (_, i) => done + i);
      const ids = await Promise.all(numbers.map((number) => copy.booking(number)));
      for (const id of ids)
        system.customers.journal.told.set(id, { paid: true, confirmed: false, canceled: false });
    }
    await copy.seats();
    await redis.configSet('appendfsync', 'always');
  } finally {
    redis.destroy();
  }
  // All of it: sidecars that come back alone find each other's places of before.
  await system.stop();
  await system.start();
}

const batch = 500;

function redisAt(url: string) {
  // Many commands at once wait for one another.
  return createClient({ url, commandOptions: { timeout: 300_000 } });
}

async function stopApps({ apps }: BenchSystem): Promise<void> {
  await Promise.all(Object.values(apps).map(({ service }) => service.stop()));
  await Promise.all(Object.values(apps).map(({ sidecar }) => sidecar.stop()));
}

interface SlotEnvelope {
  state: { seats: Record<string, { time: string }> };
}

async function copier(redis: Redis, redisUrl: string, orderId: string) {
  const view = createViewRedis({ redisUrl, shards });
  await view.close();
  const order = JSON.parse((await redis.hGet(`order||Order||${orderId}||v1`, 'data')) ?? '');
  const person = String(order.state.placement.customerKey);
  const keys = (await redis.keys('*')).filter((key) => key.includes(orderId) || key.includes(person));
  const lists = (await redis.keys('list:{*}:places')).map((key) => key.slice(0, -':places'.length));
  const slotKeyOf = ({ centerId, date }: { centerId: string; date: string }) =>
    `order||Slot||${centerId}_${date}||v1`;
  const slot = (await redis.hGetAll(slotKeyOf(template))) as { data: string; version: string };
  const seat = (JSON.parse(slot.data) as SlotEnvelope).state.seats[orderId];
  const hashes = new Map<string, Record<string, string>>();
  const texts = new Map<string, string>();
  for (const key of keys) {
    if ((await redis.type(key)) === 'hash') hashes.set(key, await redis.hGetAll(key));
    else texts.set(key, (await redis.get(key)) ?? '');
  }
  const listed = await Promise.all(
    lists.map(async (list) => ({
      list,
      doc: (await redis.hGet(`${list}:docs`, orderId)) ?? '',
      places: (await redis.hGet(`${list}:places`, orderId)) ?? '',
    })),
  );
  const seatsBySlot = new Map<string, Record<string, unknown>>();

  return {
    async booking(number: number): Promise<string> {
      const id = randomUUID();
      const place = placeOf(number);
      const exchanged: [string, string][] = [
        [orderId, id],
        [person, id.replaceAll('-', '')],
        [`"time":"${template.time}"`, `"time":"${place.time}"`],
        [`${template.date} ${template.time}`, `${place.date} ${place.time}`],
        [`${template.date}T${template.time}`, `${place.date}T${place.time}`],
        [template.date, place.date],
        [template.centerId, place.centerId],
      ];
      const asCopy = (text: string) => exchanged.reduce((all, [from, to]) => all.replaceAll(from, to), text);
      const keyOf = (key: string) => asCopy(key).replace(/^\{s\d+\}/, `{s${view.shardOf(id)}}`);
      const slotKey = slotKeyOf(place);
      seatsBySlot.set(slotKey, { ...seatsBySlot.get(slotKey), [id]: { ...seat, time: place.time } });
      await Promise.all([
        ...[...texts].map(([key, text]) => redis.set(keyOf(key), asCopy(text))),
        ...[...hashes].map(([key, fields]) =>
          redis.hSet(
            keyOf(key),
            Object.fromEntries(Object.entries(fields).map(([field, text]) => [asCopy(field), asCopy(text)])),
          ),
        ),
        ...listed.flatMap(({ list, doc, places }) => {
          const copied = JSON.parse(asCopy(places)) as { places: string[] };
          return [
            redis.hSet(`${list}:docs`, id, asCopy(doc)),
            redis.hSet(`${list}:places`, id, asCopy(places)),
            ...copied.places.flatMap((key, i) =>
              i % 2 === 0 ? [redis.zAdd(key, { score: 0, value: copied.places[i + 1] ?? '' })] : [],
            ),
          ];
        }),
      ]);
      return id;
    },

    /** Writes each centre's day once, beside the seats that were taken there before. */
    async seats(): Promise<void> {
      await Promise.all(
        [...seatsBySlot].map(async ([key, seats]) => {
          const stored = await redis.hGetAll(key);
          const { data, version } = stored.data ? (stored as typeof slot) : slot;
          const envelope = JSON.parse(data) as SlotEnvelope;
          const before = stored.data ? envelope.state.seats : {};
          const state = { ...envelope.state, seats: { ...before, ...seats } };
          await redis.hSet(key, { data: JSON.stringify({ ...envelope, state }), version });
        }),
      );
    },
  };
}

/** Over all centres and days, the earliest time first, as people book. */
function placeOf(number: number): { centerId: string; date: string; time: string } {
  const days = openDays - 5;
  const day = Math.floor(number / centerIds.length) % days;
  const round = Math.floor(number / (centerIds.length * days));
  return {
    centerId: centerIds[number % centerIds.length] ?? '',
    date: dateAfter(3 + day),
    // Half of a time's seats, so that others find room.
    time: times[Math.floor(round / 10)] ?? '',
  };
}
