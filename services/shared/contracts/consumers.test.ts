import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumersOf } from './consumers';
import { topics } from './events';

const servicesDir = join(__dirname, '../..');

test('When a service subscribes to a topic, then nothing of it is dropped before that service has it', () => {
  const subscribed: Record<string, string[]> = {};
  for (const service of readdirSync(servicesDir).sort()) {
    const dir = join(servicesDir, service, 'http');
    const files = readdirSafely(dir).filter((file) => /[sS]ubscriptions\.ts$/.test(file));
    for (const file of files) {
      for (const [, topic] of readFileSync(join(dir, file), 'utf8').matchAll(/topic: topics\.(\w+)/g)) {
        const name = topics[topic as keyof typeof topics];
        subscribed[name] = [...(subscribed[name] ?? []), service];
      }
    }
  }
  expect(subscribed).toEqual(consumersOf);
});

function readdirSafely(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
