import { join } from 'node:path';
import { type Infra, planInfra, redisAnswers } from './infra';
import type { LocalSystem } from './local';
import { readToolchain, type Toolchain } from './plan';
import { infraPortUses, type PortUse, refuseBusyPorts } from './ports';
import { writeEnvFile } from './shell';

export interface Prepared {
  toolchain: Toolchain;
  infra: Infra;
  /** What the CLI needs in its environment, for itself and for what it starts. */
  env: Record<string, string>;
  /** The same, for a shell. */
  envFile: string;
}

/**
 * Makes sure that the system can be started, without starting anything.
 *
 * @throws Error that says what is in the way: a busy port, a Redis that does not answer, a set-up that was not done.
 */
export async function prepare(local: LocalSystem, appPorts: PortUse[]): Promise<Prepared> {
  const toolchain = toolchainOrAdvice();
  await refuseBusyPorts([...infraPortUses(local, toolchain.redisServer !== null), ...appPorts]);
  const { dataDir, infraPorts: ports, appDir: sidecarDir } = local;
  const infra = planInfra({ dataDir, ports, toolchain, sidecarDir });
  if (!infra.redis) await refuseSilentRedis(infra.redisUrl);
  const env = { ...infra.env, DAPR_RUNTIME_PATH: toolchain.runtimePath };
  const envFile = join(dataDir, 'infra.env');
  writeEnvFile(envFile, env);
  return { toolchain, infra, env, envFile };
}

function toolchainOrAdvice(): Toolchain {
  try {
    return readToolchain();
  } catch (error) {
    throw new Error('the set-up has not been done; `npm run setup` does it', { cause: error });
  }
}

async function refuseSilentRedis(url: string): Promise<void> {
  try {
    await redisAnswers(url);
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(
      `nothing was started: the Redis of REDIS_URL, ${host}, does not answer (${String(error)})`,
      {
        cause: error,
      },
    );
  }
}
