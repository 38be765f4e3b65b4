import { setTimeout as sleep } from 'node:timers/promises';
import { tagAgain } from '../../../tools/cluster/images';
import { lawsHold } from '../../support/laws';
import { bookPaid, openSeats } from '../booking';
import { evidence, note } from '../report';
import { expectThat, gatewayLightly, podsOf, redisUrl, shown } from '../system';

/** Less where a machine cannot carry that beside a whole cluster whose pods start: `ROLLOUT_BOOKINGS_PER_SECOND`. */
const bookingsPerSecond = Number(process.env.ROLLOUT_BOOKINGS_PER_SECOND ?? 20);
const readsPerSecond = bookingsPerSecond / 2;

/** Payment, order and reservation are given new images while people book and read: no request fails. */
export async function rolledUnderLoad(): Promise<void> {
  const tag = `rolled-${Date.now()}`;
  const load = await beginLoad();
  for (const service of ['payment', 'order', 'reservation']) {
    // As who rolls by hand: the next one when all has been well for a while.
    await load.calm();
    note(`${service} is rolled`);
    load.mark(`${service} is rolled`);
    await tagAgain(service, tag);
    await shown('set', 'image', `deployment/${service}`, `app=healthcenter/${service}:${tag}`);
    await shown('rollout', 'status', `deployment/${service}`, '--timeout=400s');
    expectThat(
      (await podsOf(service)).every(({ image }) => image.endsWith(tag)),
      `${service} has the new image`,
    );
  }
  await sleep(5_000);
  const { bookings, reads, failures, seconds, answered, marks } = await load.end();
  const tookMs = answered.map(({ ms }) => ms).sort((a, b) => a - b);
  note(
    `${bookings} bookings (${(bookings / seconds).toFixed(1)}/s) and ${reads} reads in ${seconds.toFixed(0)} s, ${failures.length} failed`,
  );
  const after = (share: number) => Math.round(tookMs[Math.floor(tookMs.length * share)] ?? 0);
  note(`a booking took ${after(0.5)} ms (p50), ${after(0.99)} ms (p99), ${after(1 - 1e-9)} ms at most`);
  const byKind = Object.entries(countsOf(failures.map(({ what }) => what)));
  const kinds = byKind.map(([what, count]) => `${count} × ${what}`);
  const first = failures.slice(0, 40).map(({ at, what }) => `${at} ${what}`);
  evidence('what failed', [...kinds, '', ...first].join('\n') || 'nothing');
  evidence('bookings, by when they were answered', byFiveSeconds(answered, marks).join('\n'));
  await lawsHold(await redisUrl(), { withinMs: 240_000 });
  expectThat(
    bookings / seconds >= bookingsPerSecond * 0.9,
    `${bookingsPerSecond} bookings a second were made`,
  );
  expectThat(failures.length === 0, 'no request failed');
}

/** An open load: so many a second are begun, whatever becomes of those before. */
async function beginLoad() {
  const api = await gatewayLightly();
  const seat = await openSeats(api);
  const failures: { at: string; what: string }[] = [];
  const under = new Set<Promise<void>>();
  const counts = { bookings: 0, reads: 0 };
  const begun = Date.now();
  const answered: Answered[] = [];
  const marks: { at: number; what: string }[] = [];
  const now = () => (Date.now() - begun) / 1_000;
  const do_ = (kind: 'bookings' | 'reads', work: () => Promise<{ status: number; body: unknown }>) => {
    const from = Date.now();
    const done: Promise<void> = Promise.resolve()
      .then(work)
      .then(({ status, body }) => {
        if (kind === 'bookings') answered.push({ at: now(), ms: Date.now() - from, isTaken: status < 300 });
        if (status < 300) counts[kind] += 1;
        else failed(`${kind} ${status} ${(body as { code?: string })?.code}`);
      })
      .catch((error: Error) => failed(`${kind} ${error.message} ${error.cause ?? ''}`))
      .finally(() => under.delete(done));
    under.add(done);
  };
  const failed = (what: string) => void failures.push({ at: `${now().toFixed(1)} s`, what });
  const rates = [
    steadily(bookingsPerSecond, () => do_('bookings', () => bookPaid(api, seat()))),
    steadily(readsPerSecond, () => do_('reads', () => api.get('/reservations?size=5'))),
  ];
  const isCalm = () => {
    const quick = answered.filter(
      ({ at, ms, isTaken }) => at >= now() - calmSeconds && isTaken && ms <= calmMs,
    );
    return quick.length >= bookingsPerSecond * calmSeconds * 0.95;
  };
  return {
    mark: (what: string) => void marks.push({ at: now(), what }),
    /** Resolves once nearly every booking of the last seconds was quick, or after half a minute: a slow machine never gets there. */
    async calm() {
      for (const until = now() + 30; !isCalm() && now() < until; ) await sleep(500);
    },
    async end() {
      for (const rate of rates) rate.end();
      const seconds = now();
      await Promise.all(under);
      return { ...counts, failures, seconds, answered, marks };
    },
  };
}

const calmSeconds = 15;
const calmMs = 1_000;

interface Answered {
  /** Seconds after the load began. */
  at: number;
  ms: number;
  isTaken: boolean;
}

/** Where a rollout was felt, and for how long. */
function byFiveSeconds(
  answered: readonly Answered[],
  marks: readonly { at: number; what: string }[],
): string[] {
  const last = Math.max(0, ...answered.map(({ at }) => at));
  const lines: string[] = [];
  for (let from = 0; from <= last; from += 5) {
    const isThen = ({ at }: { at: number }) => at >= from && at < from + 5;
    const then = answered.filter(isThen);
    const taken = then.filter(({ isTaken }) => isTaken);
    const longest = Math.max(0, ...taken.map(({ ms }) => ms));
    const marked = marks.filter(isThen).map(({ what }) => what);
    lines.push(
      `${String(from).padStart(4)} s  ${taken.length} taken, ${then.length - taken.length} refused, ${longest} ms at most  ${marked.join(', ')}`.trimEnd(),
    );
  }
  return lines;
}

/** Begins something so many times a second: what a busy machine began late does not make the next ones late. */
function steadily(perSecond: number, begin: () => void): { end(): void } {
  const from = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - from) / 1_000) * perSecond;
    for (; begun < due; begun++) begin();
  }, 25);
  return { end: () => clearInterval(timer) };
}

function countsOf(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of all) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}
