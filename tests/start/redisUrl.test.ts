import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ManagedProcess } from '../../tools/system/managedProcess';
import { freePorts, readToolchain } from '../../tools/system/plan';
import { accepts, eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem } from '../support/testSystem';

jest.setTimeout(90_000);

test('When REDIS_URL names a Redis with a password, then the whole system works on that one', async () => {
  const { redisServer } = readToolchain();
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(`${tmpdir()}/healthcenter-redis-`);
  const password = 'not so secret';
  const redis = new ManagedProcess(
    {
      name: 'redis-of-its-own',
      command: String(redisServer),
      args: ['--bind', '127.0.0.1', '--port', String(port), '--requirepass', password, '--save', ''],
      cwd: folder,
    },
    folder,
  );
  redis.start();
  try {
    await eventually('Redis answers', () => accepts(port));
    const redisUrl = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const system = await startTestSystem({ toolchain: { ...readToolchain(), redisServer: null, redisUrl } });
    try {
      const placed = await system.api.order({ cardNo: goodCard, phone: '010-8888-0001' });
      expect([placed.status, placed.body.status]).toEqual([201, 'Pay Approved']);
      const { orders } = await lawsHold(redisUrl);
      expect([...orders.keys()]).toEqual([placed.body.orderId]);
    } finally {
      await system.end();
    }
  } finally {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
