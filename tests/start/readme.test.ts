import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';
import { patientComponents } from '../support/patientComponents';

jest.setTimeout(120_000);

const portShift = 21_000;
const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');

describe("The README's commands", () => {
  let folder: string;
  let start: ChildProcess;
  let printed = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'healthcenter-readme-'));
    start = spawn('npm', ['start'], {
      cwd: projectRoot,
      env: {
        ...process.env,
        HEALTHCENTER_PORT_SHIFT: String(portShift),
        HEALTHCENTER_DATA_DIR: join(folder, 'data'),
        HEALTHCENTER_COMPONENTS: patientComponents(join(folder, 'components')),
      },
      detached: true,
    });
    for (const stream of [start.stdout, start.stderr]) stream?.on('data', (chunk) => (printed += chunk));
    const gateway = `http://127.0.0.1:${8080 + portShift}`;
    await eventually(
      'npm start is ready',
      async () => (await fetch(`${gateway}/readyz`)).ok && /Ctrl-C/.test(printed),
      {
        withinMs: 60_000,
      },
    );
  });
  afterAll(async () => {
    const gone = new Promise((resolve) => start.once('exit', resolve));
    process.kill(-(start.pid as number), 'SIGINT');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  test('When the journey is pasted, then it ends with a confirmed booking on my page', () => {
    const [journey = ''] = readme.slice(readme.indexOf('<!-- journey')).split('\n## ');
    const blocks = [...journey.matchAll(/```sh\n([\s\S]*?)```/g)];
    expect(blocks).toHaveLength(4);
    const script = blocks
      .map(([, block]) => block)
      // People read the answer before they go on; a script has to wait.
      .join('sleep 1\n')
      .replaceAll('localhost:8080', `127.0.0.1:${8080 + portShift}`)
      .replace(/(status[^\n]*confirmed[^\n]*\n)(curl[^\n]*mypages\/\$ORDER\n)/, '$1sleep 1\n$2');
    // With a socket for its input, bash may take itself for a remote shell, and read what is for people at a terminal.
    const run = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const answers = run.stdout.split(/(?<=\})(?=\{)/).map((line) => JSON.parse(line));
    expect(answers.map(({ status }) => status)).toEqual([
      'Payment Requested',
      'captured',
      'Reservation Complete',
      'confirmed',
      'confirmed',
      'confirmed',
      'canceled',
    ]);
    for (const answer of answers) expect(answer.orderId).toBe(answers[0].orderId);
    expect(answers[4]).toMatchObject({ name: 'woo' });
  });

  test('When the port table is read, then each app answers there', async () => {
    const rows = [...readme.matchAll(/^\|\s*(\w+)\s*\|\s*(\d+)\s*\|\s*(\d+)\s*\|/gm)];
    expect(rows.map(([, app]) => app)).toEqual([
      'gateway',
      'order',
      'reservation',
      'payment',
      'notification',
    ]);
    for (const [, app, port, sidecarPort] of rows) {
      expect((await fetch(`http://127.0.0.1:${Number(port) + portShift}/livez`)).status).toBe(200);
      const metadata = await fetch(`http://127.0.0.1:${Number(sidecarPort) + portShift}/v1.0/metadata`);
      expect(((await metadata.json()) as { id: string }).id).toBe(app);
    }
  });

  test('When scripts are named, then package.json has them', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    const named = new Set([...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name));
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  test('When settings and codes are listed, then the code knows them', () => {
    const sources = ['order', 'payment', 'reservation', 'notification'].map((name) =>
      readFileSync(join(projectRoot, 'services', name, 'main.ts'), 'utf8'),
    );
    sources.push(readFileSync(join(projectRoot, 'services/shared/platform/config.ts'), 'utf8'));
    const settings =
      readme
        .slice(readme.indexOf('## Settings'))
        .split('**Real text')[0]
        ?.match(/`[A-Z][A-Z_]+`/g) ?? [];
    expect(settings.length).toBeGreaterThan(10);
    for (const setting of settings) expect(sources.join('\n')).toContain(`${setting.slice(1, -1)}:`);
    const refusals = readFileSync(join(projectRoot, 'services/shared/contracts/refusals.ts'), 'utf8');
    const codes =
      readme
        .split('## Answers')[1]
        ?.split('## Settings')[0]
        ?.match(/`[a-z]+_[a-z_]+`/g) ?? [];
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect(refusals).toContain(`${code.slice(1, -1)}: {`);
  });
});
