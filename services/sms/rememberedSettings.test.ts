import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rememberedSettings } from './rememberedSettings';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sms-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('When settings are saved, then another process finds the last ones, and only its own user can', async () => {
  const file = join(folder, 'sms.state', 'settings.json');

  await rememberedSettings(file).save({ provider: 'log', logFile: 'old' });
  await rememberedSettings(file).save({ provider: 'log', logFile: 'new' });

  expect(await rememberedSettings(file).load()).toEqual({ provider: 'log', logFile: 'new' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.each(['', '[]', '{"provider":1}'])(
  'When the file holds %p, then nothing is remembered',
  async (content) => {
    const file = join(folder, 'settings.json');
    await writeFile(file, content);

    expect(await rememberedSettings(file).load()).toBeUndefined();
  },
);

test('When there is no file, then nothing is remembered', async () => {
  expect(await rememberedSettings(join(folder, 'settings.json')).load()).toBeUndefined();
});
