import type { Fence } from './turn';

/**
 * Which fence saves get. `auto` asks what the state store is, so that another one takes its YAML alone: a fence that the
 * store does not know would refuse every save.
 */
export function fenceBySetting(
  setting: Fence | 'auto',
  storeType: () => Promise<string>,
): Fence | (() => Promise<Fence>) {
  if (setting !== 'auto') return setting;
  return async () => ((await storeType()) === 'state.redis' ? 'redis' : 'none');
}
