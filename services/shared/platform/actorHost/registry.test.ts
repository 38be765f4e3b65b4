import { MemoryHost } from './memoryHost.sample';
import { createRegistry, registryActor } from './registry';

function registry() {
  const host = new MemoryHost().serve(registryActor('Things'));
  return { host, things: createRegistry(host, 'Things') };
}

test('When ids are registered, in any order and twice, then each is there once, after a restart too', async () => {
  const { host, things } = registry();
  await things.add('b');
  await things.add('a');
  await things.add('b');
  host.restart();
  expect(await things.ids()).toEqual(['a', 'b']);
  expect(host.calls.filter((call) => call === 'write Things')).toHaveLength(2);
});

test('When nothing was registered, then there are none', async () => {
  expect(await registry().things.ids()).toEqual([]);
});

test('When the registry cannot store, then who adds hears of it', async () => {
  const { host, things } = registry();
  host.before = async (call) => {
    if (call === 'write Things') throw new Error('the store is away');
  };
  await expect(things.add('a')).rejects.toThrow('the turn failed');
});
