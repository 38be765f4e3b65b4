import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createSimulatedProvider, testCards } from '../../services/payment/provider/simulated';
import { freePorts, readToolchain } from '../../tools/system/plan';
import { accepts, eventually } from '../../tools/system/waiting';
import { providerContract } from '../support/providerContract';

let redis: ChildProcess;
let redisUrl = '';

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  redis = spawn(readToolchain().redisServer ?? 'redis-server', args, { stdio: 'ignore' });
  redisUrl = `redis://127.0.0.1:${port}`;
  await eventually('redis answers', () => accepts(port));
});

afterAll(async () => {
  redis.kill('SIGKILL');
  await once(redis, 'exit');
});

providerContract(
  'that is simulated',
  () =>
    createSimulatedProvider({
      redisUrl,
      secret: 'a secret of sixteen',
      slowMs: 0,
      clock: () => new Date('2026-07-24T01:00:00.000Z'),
    }),
  {
    approved: testCards.approved,
    another: '5555555555554444',
    declined: testCards.declined,
    unreachable: testCards.unreachable,
  },
);
