import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repository } from './sandbox';

const imports = 'lint/style/noRestrictedImports';
const globals = 'lint/style/noRestrictedGlobals';
const plugin = 'plugin';

const rule = 'services/order/domain/rule.ts';
const actor = 'services/order/actors/actor.ts';
const contract = 'services/shared/contracts/contract.ts';

/** Where a line stands, the line, and the lint rule that must not let it pass. */
const forbidden: [file: string, line: string, by: string][] = [
  ...[
    '@dapr/dapr',
    'express',
    'redis',
    'undici',
    'pino',
    'node:crypto',
    'node:fs',
    '../../shared/platform/logger',
    '../../shared/platform/actorHost/turn',
    '../actors/slotActor',
    '../http/identity',
    '../main',
    '../../payment/domain/payment',
  ].map((module): [string, string, string] => [rule, `export * from '${module}';`, imports]),
  [rule, `export type { Logger } from 'pino';`, imports],
  [rule, `use(import('undici'));`, imports],
  [rule, `use(require('node:crypto'));`, globals],
  [rule, 'use(crypto.randomUUID());', globals],
  [rule, 'use(performance.now());', globals],
  [rule, 'use(setTimeout(() => {}, 1));', globals],
  [rule, 'use(setInterval(() => {}, 1));', globals],
  [rule, 'use(process.hrtime());', globals],
  [rule, 'use(process.env.LIMIT);', globals],
  [rule, 'use(globalThis.crypto.randomUUID());', globals],
  [rule, `use(fetch('http://localhost'));`, globals],
  [rule, 'use(Date.now());', plugin],
  [rule, `use(Date['now']());`, plugin],
  [rule, 'use([1].map(Date.now));', plugin],
  [rule, 'use(new Date());', plugin],
  [rule, 'use(new Date);', plugin],
  [rule, 'use(Date());', plugin],
  [rule, 'const { now } = Date;', plugin],
  [rule, 'const Clock = Date;', plugin],
  [rule, `use(new Intl.DateTimeFormat('en').format());`, plugin],
  [rule, 'use(Math.random());', plugin],
  [rule, 'const { random } = Math;', plugin],

  ['services/order/main.ts', `export * from '../payment/main';`, imports],
  [actor, `export * from '../../payment/domain/payment';`, imports],
  [actor, `export * from '../../../tools/system/system';`, imports],
  ['services/order/http/public/route.ts', `export * from '../../../payment/http/routes';`, imports],
  ['services/order/http/public/v1/route.ts', `export * from '../../../../payment/http/routes';`, imports],
  ['services/gateway/http/route.ts', `export * from '../../order/http/routes';`, imports],
  ['services/new/http/route.ts', `export * from '../../order/http/routes';`, imports],
  ['services/shared/platform/config.ts', `export * from '../../order/domain/order';`, imports],
  ['services/shared/platform/actorHost/host.ts', `export * from '../../../order/domain/order';`, imports],

  [contract, `export * from '../platform/logger';`, imports],
  [contract, `export * from '../../order/domain/order';`, imports],
  [contract, `export * from '@dapr/dapr';`, imports],
  [contract, `export * from 'node:crypto';`, imports],

  [actor, 'use(process.env.LIMIT);', plugin],
  [actor, `use(process['env'].LIMIT);`, plugin],
  [actor, 'const { env } = process;', plugin],
  ['services/order/http/route.ts', `import { env } from 'node:process';`, plugin],
  ['services/shared/platform/config.ts', 'use(process.env.LIMIT);', plugin],
  ['services/order/http/main.ts', 'use(process.env.LIMIT);', plugin],
];

const allowed: [file: string, line: string][] = [
  [rule, `export * from './slot';`],
  [rule, `export * from '../../shared/contracts/booking';`],
  [rule, `export { z } from 'zod';`],
  [rule, 'use(new Date(Date.parse(at)) > now);'],
  [rule, `use(new Intl.DateTimeFormat('en').format(now));`],
  [rule, 'use(Math.min(1, 2));'],
  ['services/order/domain/rule.test.ts', `export { fc } from 'fast-check';`],
  ['services/order/domain/rule.test.ts', 'use(Date.now(), new Date(), process.env.LIMIT);'],
  [actor, `export * from '../domain/order';`],
  [actor, `export * from '../../shared/platform/logger';`],
  [actor, `export { Agent } from 'undici';`],
  [actor, 'use(Date.now(), new Date(), Math.random(), process.pid);'],
  ['services/order/http/public/route.ts', `export * from '../../../shared/contracts/booking';`],
  ['services/shared/platform/actorHost/host.ts', `export * from '../../contracts/refusals';`],
  [contract, `export { z } from 'zod';`],
  [contract, `export * from '@hyunbinseo/holidays-kr/all';`],
  ['services/shared/contracts/contract.test.ts', `export { fc } from 'fast-check';`],
  ['services/order/main.ts', `export * from './domain/slot';`],
  ['services/order/main.ts', `export * from '../shared/platform/config';`],
  ['services/order/main.ts', 'use(process.env.LIMIT);'],
  ['tools/bench/load.ts', `export * from '../../services/order/domain/order';`],
  ['tools/bench/load.ts', 'use(process.env.LIMIT, Date.now());'],
  ['tests/laws/law.ts', `export * from '../../services/order/domain/order';`],
];

/** The rules that report a line of a table, by the line's place in it. */
let reports: Record<'forbidden' | 'allowed', string[][]>;

beforeAll(() => {
  reports = { forbidden: lint(forbidden), allowed: lint(allowed) };
});

test.each(forbidden.map(([file, line, by], index) => [file, line, by, index] as const))(
  'When %s has the line "%s", then %s reports it',
  (_file, _line, by, index) => {
    expect(reports.forbidden[index]).toContain(by);
  },
);

test.each(allowed.map(([file, line], index) => [file, line, index] as const))(
  'When %s has the line "%s", then nothing is reported',
  (_file, _line, index) => {
    expect(reports.allowed[index]).toEqual([]);
  },
);

test('When the services are looked through, then none of them silences these rules', () => {
  const silence = /biome-ignore\S* lint(\/plugin\S*|\/style|\/style\/noRestricted\w+)?[ :]/;
  expect('// biome-ignore lint/style/noRestrictedImports: just this once').toMatch(silence);
  const services = path.join(repository, 'services');
  const silencing = readdirSync(services, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => silence.test(readFileSync(path.join(services, file), 'utf8')));
  expect(silencing).toEqual([]);
});

/** Lints a source tree that has these lines, and this repository's rules. */
function lint(lines: readonly (readonly [file: string, line: string, by?: string])[]): string[][] {
  const root = mkdtempSync(path.join(tmpdir(), 'architecture-'));
  try {
    cpSync(path.join(repository, 'biome.json'), path.join(root, 'biome.json'));
    cpSync(path.join(repository, 'tools/lint'), path.join(root, 'tools/lint'), { recursive: true });
    writeFileSync(path.join(root, '.gitignore'), 'node_modules\n');
    const files = new Map<string, string[]>();
    const places = lines.map(([file, line]) => {
      const text = [...(files.get(file) ?? []), line];
      files.set(file, text);
      return `${file}:${text.length}`;
    });
    for (const [file, text] of files) {
      mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(root, file), text.join('\n'));
    }
    const errors = errorsIn(root);
    return places.map((place) => errors.filter((error) => error.place === place).map(({ by }) => by));
  } finally {
    rmSync(root, { recursive: true });
  }
}

function errorsIn(root: string): { place: string; by: string }[] {
  const biome = require.resolve('@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--reporter=rdjson', '--max-diagnostics=none'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (!stdout.startsWith('{')) throw new Error(`Biome has no report: ${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return diagnostics
    .filter(({ code, severity }) => severity === 'ERROR' && [imports, globals, plugin].includes(code.value))
    .map(({ code, location }) => ({
      place: `${location.path}:${location.range.start.line}`,
      by: code.value,
    }));
}

interface Diagnostic {
  code: { value: string };
  severity: string;
  location: { path: string; range: { start: { line: number } } };
}
