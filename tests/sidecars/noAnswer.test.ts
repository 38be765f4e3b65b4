import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import loadWabt from 'wabt';
import { projectRoot } from '../../tools/system/plan';
import { startTestBed, type TestBed, type TestHost } from './fixture/testBed';

// A sidecar of Dapr 1.18 takes some calls for answered whose service was dead: decisions/0015.

jest.setTimeout(60_000);

const callers = 8;
const forMs = 8_000;

test('When components/no-answer is read, then the module is what its text says', async () => {
  const fileOf = (suffix: string) => join(projectRoot, `components/no-answer/no-answer.${suffix}`);
  const wabt = await loadWabt();
  const { buffer } = wabt.parseWat('no-answer.wat', readFileSync(fileOf('wat'), 'utf8')).toBinary({});
  expect(Buffer.from(buffer)).toEqual(readFileSync(fileOf('wasm')));
});

describe('A service that is dead', () => {
  let bed: TestBed;
  let host: TestHost;
  beforeAll(async () => {
    bed = await startTestBed();
    // A sidecar that has found its service dead asks it no more.
    host = await bed.addHost('first', { probesInVain: 1_000 });
  });
  afterAll(() => bed?.end());

  test('When many call it at once, then none of the calls counts as answered', async () => {
    await host.service.kill();

    const agent = new Agent({ keepAlive: true, maxSockets: callers });
    const url = `${host.sidecarUrl}/v1.0/invoke/order/method/livez`;
    const statuses = new Set<number>();
    const until = Date.now() + forMs;
    const call = async () => {
      while (Date.now() < until) statuses.add(await statusOf(url, agent));
    };
    await Promise.all(Array.from({ length: callers }, call));
    agent.destroy();

    // Without components/no-answer.yaml some are 200: one in 2,800 to 13,600.
    expect(statuses).toContain(500);
    expect([...statuses].filter((status) => status < 500)).toEqual([]);
  });
});

function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject).end();
  });
}
