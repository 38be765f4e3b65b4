import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import {
  type AppPlan,
  appPlan,
  type InfraPorts,
  parseRunFile,
  projectRoot,
  type RunFile,
  standardInfraPorts,
} from './plan';

/** The system of `npm start`, and of `npm run infra` with `dapr run -f`: where its data is and which ports it takes. */
export interface LocalSystem {
  dataDir: string;
  infraPorts: InfraPorts;
  apps: AppPlan[];
  /** For `dapr run -f`. */
  runFile: string;
  /** Where services and sidecars run; the CLI keeps their logs below. */
  appDir: string;
}

/**
 * The standard one, unless HEALTHCENTER_PORT_SHIFT (added to every port) or HEALTHCENTER_DATA_DIR say otherwise: then
 * it has data of its own and a run file in there, so that it may run beside the standard one, and takes its components
 * from HEALTHCENTER_COMPONENTS if that is set.
 *
 * @throws Error if a setting is wrong.
 */
export function planLocal(env: NodeJS.ProcessEnv): LocalSystem {
  const shift = portShift(env.HEALTHCENTER_PORT_SHIFT);
  const isStandard = shift === 0 && !env.HEALTHCENTER_DATA_DIR;
  const standardDataDir = join(projectRoot, '.data');
  const runFile = parseRunFile();
  if (isStandard) {
    return {
      dataDir: standardDataDir,
      infraPorts: standardInfraPorts,
      apps: runFile.apps.map(appPlan),
      runFile: join(projectRoot, 'dapr.yaml'),
      appDir: projectRoot,
    };
  }
  const dataDir = resolve(env.HEALTHCENTER_DATA_DIR || join(standardDataDir, `shifted-${shift}`));
  const moved = movedRunFile(runFile, shift, dataDir, env.HEALTHCENTER_COMPONENTS);
  const path = join(dataDir, 'dapr.yaml');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, stringify(moved));
  return {
    dataDir,
    infraPorts: shiftedAll(standardInfraPorts, shift),
    apps: moved.apps.map(appPlan),
    runFile: path,
    appDir: dataDir,
  };
}

function portShift(text = ''): number {
  const shift = Number(text);
  if (Number.isInteger(shift) && shift >= 0 && shift <= 50_000) return shift;
  throw new Error(`HEALTHCENTER_PORT_SHIFT must be a whole number from 0 to 50000, not "${text}"`);
}

function shiftedAll<T extends object>(ports: T, shift: number): T {
  const moved = Object.entries(ports).map(([name, port]) => [name, Number(port) + shift]);
  return Object.fromEntries(moved) as T;
}

/** Paths in a run file are relative to its own folder, and commands to the app's. */
function movedRunFile(file: RunFile, shift: number, appDir: string, components?: string): RunFile {
  const shiftedAddress = (address: unknown) =>
    String(address).replace(/\d+$/, (port) => String(Number(port) + shift));
  const inProject = (path: unknown) => resolve(projectRoot, String(path));
  const { resourcesPaths, configFilePath, placementHostAddress, schedulerHostAddress } = file.common;
  return {
    ...file,
    common: {
      ...file.common,
      resourcesPaths: components ? [resolve(components)] : (resourcesPaths as string[]).map(inProject),
      configFilePath: inProject(configFilePath),
      placementHostAddress: shiftedAddress(placementHostAddress),
      schedulerHostAddress: shiftedAddress(schedulerHostAddress),
    },
    apps: file.apps.map(({ appID, command, appDirPath: _, ...ports }) => ({
      appID,
      appDirPath: appDir,
      command: command.map((word) => (existsSync(inProject(word)) ? inProject(word) : word)),
      ...shiftedAll(ports, shift),
    })),
  };
}
