import { simulate } from './simulate';

(async () => {
  const o = await simulate(JSON.parse(process.argv[2]!), { traced: true });
  console.log(o.broken);
  console.log(
    o.trace
      .slice(0, Number(process.argv[3] ?? 200))
      .filter((t) => !t.includes('notification'))
      .join('\n'),
  );
  console.log(
    [...o.world.stored]
      .filter(([k]) => !k.includes('Calend'))
      .map(([k, v]) => k + ' ' + v.etag + ' ' + v.json.slice(0, 900))
      .join('\n'),
  );
  console.log([...o.world.reminders]);
})();
