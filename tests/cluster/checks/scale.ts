import { eventually } from '../../../tools/system/waiting';
import { note } from '../report';
import { allPodsOf, expectThat, gateway, podsOf, shown } from '../system';

/** Load raises reservation's replicas within two minutes, by the autoscaler; they serve; and it comes down again. */
export async function scaledByLoad(): Promise<void> {
  await eventually(
    'the autoscaler knows the load',
    async () => !(await shown('get', 'hpa')).includes('unknown'),
    {
      withinMs: 120_000,
      everyMs: 5_000,
    },
  );
  // A new pod's start looks like load, too: only what comes after rest is told.
  await eventually('there is one, at rest', async () => (await allPodsOf('reservation')).length === 1, {
    withinMs: 300_000,
    everyMs: 2_000,
  });
  const load = await beginLoad();
  const begun = Date.now();
  try {
    const pods = await eventually(
      'there are more than one, and they are ready',
      async () => {
        const now = (await podsOf('reservation')).filter(({ ready }) => ready);
        return now.length > 1 ? now : undefined;
      },
      { withinMs: 120_000, everyMs: 1_000 },
    );
    note(`${pods.length} ready after ${((Date.now() - begun) / 1_000).toFixed(0)} s of load`);
    await shown('get', 'hpa,pods', '-l', 'app.kubernetes.io/part-of=healthcenter');
    await shown('top', 'pods', '--containers');
    await eventually('a new one serves', async () => (await served(pods.map(({ name }) => name))) > 1, {
      withinMs: 120_000,
      everyMs: 2_000,
    });
  } finally {
    const { answers } = await load.end();
    note(`answers under load: ${JSON.stringify(answers)}`);
  }
  await eventually('it comes down again', async () => (await podsOf('reservation')).length === 1, {
    withinMs: 480_000,
    everyMs: 5_000,
  });
  note(`back to one ${((Date.now() - begun) / 1_000).toFixed(0)} s after the load began`);
  await shown('describe', 'hpa', 'reservation');
}

/** How many of these pods have answered somebody: each says so in its log. */
async function served(names: readonly string[]): Promise<number> {
  let count = 0;
  for (const name of names) {
    const log = await shown('logs', name, '-c', 'app', '--tail=3');
    if (log.includes('"/reservations"')) count += 1;
  }
  return count;
}

async function beginLoad() {
  const api = await gateway();
  const answers: Record<string, number> = {};
  let ends = false;
  const callers = Array.from({ length: 8 }, async () => {
    while (!ends) {
      const status = await api.get('/reservations?size=50').then(
        (reply) => String(reply.status),
        (error: Error) => error.message,
      );
      answers[status] = (answers[status] ?? 0) + 1;
    }
  });
  expectThat((await api.get('/reservations')).status === 200, 'reservations are listed');
  return {
    async end() {
      ends = true;
      await Promise.all(callers);
      return { answers };
    },
  };
}
