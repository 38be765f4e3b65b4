import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../tools/system/plan';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { patientComponents } from '../support/patientComponents';
import { startTestSystem } from '../support/testSystem';

jest.setTimeout(90_000);

test('When component files change under a running system, then no sidecar ends, and bookings go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-components-'));
  patientComponents(folder);
  const system = await startTestSystem({ resourcesPath: folder });
  try {
    for (let i = 0; i < 15; i++) {
      for (const name of ['pubsub', 'order-store', 'payment-store', 'notification-store']) {
        const file = join(folder, `${name}.yaml`);
        const original = readFileSync(join(projectRoot, 'components', `${name}.yaml`), 'utf8');
        writeFileSync(
          file,
          original.replace('spec:', `  labels:\n    edit: "${i}"\nspec:`).replace('"100"', `"${100 + i}"`),
        );
      }
      await sleep(100);
    }
    const placed = await system.api.order({ cardNo: goodCard });
    expect(placed.status).toBe(201);
    await lawsHold(system.infra.redisUrl);
    for (const { sidecar } of Object.values(system.apps)) expect(sidecar.isRunning).toBe(true);
  } finally {
    await system.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
