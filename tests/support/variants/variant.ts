import type { ManagedProcess } from '../../../tools/system/managedProcess';

/** What a variant needs around its YAML, and where its books are then. */
export interface RunningVariant {
  /** What its README asks to be set for the sidecars. */
  sidecarEnv?: Record<string, string>;
  /** What was started for it, to be killed by tests. */
  process?: ManagedProcess;
  /** Whose actors are elsewhere than in Redis, and how to read them. */
  store?: { appId: string; read: ReadActors };
  /** Folders of programs that a user would have on the PATH. */
  programs?: string[];
  stop(): Promise<void>;
}

/** All that an app's actors have stored, as text, by Dapr's key. */
export type ReadActors = () => Promise<[key: string, value: string][]>;

export type StartVariant = (where: { dataDir: string }) => Promise<RunningVariant>;
