import { z } from 'zod';
import { ConfigError, integer, jsonSetting, platformSettings, readConfig } from './config';

const least = { APP_ID: 'order', APP_PORT: '8081', DAPR_HTTP_PORT: '3581' };
const platform = z.object(platformSettings);

describe('readConfig', () => {
  test('When only what has no default is set, then the rest has its defaults and numbers are numbers', () => {
    expect(readConfig(platform, least)).toEqual({
      APP_ID: 'order',
      HOST: '127.0.0.1',
      APP_PORT: 8081,
      DEAD_LETTER_RETRY_SECONDS: 60,
      DAPR_HTTP_PORT: 3581,
      LOG_LEVEL: 'info',
      PUBSUB_NAME: 'pubsub',
      ACTOR_STATE_FENCE: 'auto',
      HEARTBEAT_FILE: '',
      SHUTDOWN_SECONDS_MAX: 20,
      CRASH_FILE: '',
      APP_API_TOKEN: '',
      DAPR_API_TOKEN: '',
      DRAIN_SECONDS: 0,
      HEARTBEAT_SIDECAR_SECONDS_MAX: 60,
      STOPS_SIDECAR: false,
      LINGER_SECONDS: 0,
    });
  });

  test('When several settings are wrong, then one error names each of them', () => {
    const read = () =>
      readConfig(platform, {
        APP_PORT: 'http',
        LOG_LEVEL: 'loud',
        SHUTDOWN_SECONDS_MAX: '0',
        HOST: '0.0.0.0',
      });

    expect(read).toThrow(ConfigError);
    const { message } = errorOf(read);
    expect(message.match(/^ {2}\w+/gm)?.map((name) => name.trim())).toEqual([
      'APP_ID',
      'APP_PORT',
      'DAPR_HTTP_PORT',
      'LOG_LEVEL',
      'SHUTDOWN_SECONDS_MAX',
    ]);
  });

  test('When a secret is wrong, then the error does not show it', () => {
    const read = () => readConfig(z.object({ SECRET: z.string().min(16) }), { SECRET: 'hunter2' });

    expect(errorOf(read).message).toMatch(/SECRET/);
    expect(errorOf(read).message).not.toMatch(/hunter2/);
  });

  test('When somebody writes to the settings, then they stay as they were read', () => {
    const config = readConfig(platform, least);

    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config, { APP_ID: 'other' })).toThrow(TypeError);
    expect(config.APP_ID).toBe('order');
  });

  test.each(['0', '-1', '3.5', '', '70000'])('When a port is %p, then it is named', (APP_PORT) => {
    expect(errorOf(() => readConfig(platform, { ...least, APP_PORT })).message).toMatch(/APP_PORT/);
  });
});

describe('integer', () => {
  const setting = z.object({ LIMIT: integer(10, 1) });

  test.each([
    [{}, 10],
    [{ LIMIT: '3' }, 3],
  ])('When the environment is %p, then it is %i', (env, expected) => {
    expect(readConfig(setting, env).LIMIT).toBe(expected);
  });

  test.each(['0', '1.5', 'ten'])('When it is %p, then it is refused', (LIMIT) => {
    expect(() => readConfig(setting, { LIMIT })).toThrow(/LIMIT/);
  });
});

describe('jsonSetting', () => {
  const setting = z.object({ SEATS: jsonSetting(z.record(z.string(), z.number()), { seoul: 1 }) });

  test.each([
    [{}, { seoul: 1 }],
    [{ SEATS: '' }, { seoul: 1 }],
    [{ SEATS: '{"busan": 2}' }, { busan: 2 }],
  ])('When the environment is %p, then it is %p', (env, expected) => {
    expect(readConfig(setting, env).SEATS).toEqual(expected);
  });

  test.each(['{busan: 2}', '{"busan": "two"}'])('When it is %p, then it is named', (SEATS) => {
    expect(() => readConfig(setting, { SEATS })).toThrow(/SEATS/);
  });
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
