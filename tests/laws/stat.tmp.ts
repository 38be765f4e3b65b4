import fc from 'fast-check';
import { commandLists } from './commands';
import { simulate } from './simulate';

(async () => {
  const lists = fc.sample(commandLists, { numRuns: 400, seed: 5 });
  const st: Record<string, number> = {};
  let ops = 0;
  const wh: Record<string, number> = {};
  let sent = 0;
  for (const l of lists) {
    const o = await simulate(l, { traced: true });
    ops += o.ops;
    sent += o.world.sent.length;
    for (const t of o.trace) {
      const k = t.split(' ').slice(0, 4).join(' ');
      if (!t.startsWith('—')) wh[k] = (wh[k] ?? 0) + 1;
    }
    for (const s of o.world.states<any>('order', 'Order').values()) st[s.status] = (st[s.status] ?? 0) + 1;
    for (const [n, s] of [
      ['pay', 'payment/Payment'],
      ['res', 'reservation/Reservation'],
    ] as const)
      for (const v of o.world.states<any>(s.split('/')[0] as any, s.split('/')[1]!).values())
        st[n + v.status] = (st[n + v.status] ?? 0) + 1;
  }
  console.log(
    st,
    ops / 400,
    sent,
    Object.entries(wh)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 60),
  );
})();
