import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedProcess, useLeash } from '../../tools/system/managedProcess';
import { freePorts, readToolchain } from '../../tools/system/plan';
import { accepts, eventually } from '../../tools/system/waiting';

/** A Redis for one test file, with nothing in it, that keeps nothing. */
export async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const { redisServer } = readToolchain();
  if (!redisServer) throw new Error('put redis-server on the PATH and unset REDIS_URL');
  useLeash();
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-redis-'));
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', ''];
  const redis = new ManagedProcess({ name: 'redis', command: redisServer, args, cwd: folder }, folder);
  redis.start();
  await eventually('Redis answers', () => accepts(port));
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
