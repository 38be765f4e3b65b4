import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../tools/system/plan';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(180_000);

// As on a cluster, where a rollout is this, one after the other; tests/cluster has that.
describe.each(['order', 'payment'])(
  '%s of two instances, which are told to leave one after the other',
  (name) => {
    let system: TestSystem;
    beforeAll(async () => {
      system = await startTestSystem({
        twice: [name],
        env: { STOPS_SIDECAR: 'true', DRAIN_SECONDS: '1', LINGER_SECONDS: '3' },
      });
    });
    afterAll(() => system.end());

    test('When people go on booking meanwhile, then none of them sees anything of it, and all agrees', async () => {
      const answers: Promise<string>[] = [];
      const book = async () => {
        const { status, body } = await system.api.order({
          phone: `010-4000-${1_000 + answers.length}`,
          cardNo: goodCard,
        });
        return `${status} ${body.code ?? ''}`.trim();
      };
      const load = setInterval(() => answers.push(book()), 200);
      try {
        for (const each of [`${name}-2`, name]) {
          const { service, sidecar } = appOf(system.apps, each);
          await sleep(1_000);
          await Promise.all([service.stop('SIGTERM', 30_000), sidecar.exited()]);
          await sleep(1_000);
          // A sidecar is found from its start on; on a cluster not before its pod is ready.
          service.start();
          await eventually('it listens', async () => (await fetch(`${system.url(each)}/livez`)).ok);
          // At another address, like a new pod: at the old one others would come back only when their connection tries again.
          const [port] = await freePorts(1);
          sidecar.start({}, ['--dapr-internal-grpc-port', String(port)]);
          await eventually('it is back', async () => (await fetch(`${system.url(each)}/readyz`)).ok);
        }
        await sleep(1_000);
      } finally {
        clearInterval(load);
      }
      const heard = await Promise.all(answers);
      expect(heard.filter((answer) => answer !== '201')).toEqual([]);
      expect(heard.length).toBeGreaterThan(20);
      await lawsHold(system.infra.redisUrl);
    });
  },
);
