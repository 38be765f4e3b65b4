import { logDirOf } from './daprRun';
import type { LocalSystem } from './local';
import { shownPath } from './shell';

/** What to read once all is ready: where everything is, and what to try first. */
export function guide(local: LocalSystem, redisUrl: string): string {
  const gateway = local.apps.find(({ appId }) => appId === 'gateway');
  const address = `http://127.0.0.1:${gateway?.appPort}`;
  return [
    `  Everything is at ${address}`,
    '',
    '                 service   sidecar',
    ...local.apps.map(
      (app) => `  ${app.appId.padEnd(12)} ${column(app.appPort)} ${column(app.daprHttpPort)}`,
    ),
    `  ${'redis'.padEnd(12)} ${column(new URL(redisUrl).port || '6379')}`,
    '',
    '  Try these three, one after the other (book, pay, my page):',
    '',
    ...tryOut(address),
    '',
    `  Data: ${shownPath(local.dataDir)}   What customers get on their phones: ${shownPath(local.dataDir)}/sms.jsonl`,
    `  Logs: ${shownPath(logDirOf(local))} (services and sidecars), ${shownPath(local.dataDir)}/logs (the rest)`,
    '  Ctrl-C stops all of it.',
  ].join('\n');
}

/** Commands for a POSIX shell, each on a line of its own. */
function tryOut(address: string): string[] {
  const json = "-H 'content-type: application/json'";
  // A new customer at each start: one person may have only so many reservations.
  const phone = `010-${fourDigits()}-${fourDigits()}`;
  const booking = JSON.stringify({ orderType: 'basic', name: '홍길동', phone });
  const payment =
    '{\\"orderId\\":\\"$ORDER\\",\\"price\\":50000,\\"payMethod\\":\\"card\\",\\"cardNo\\":\\"4242424242424242\\"}';
  return [
    `ORDER=$(curl -s ${address}/orders ${json} -d '${booking}' | sed 's/.*"orderId":"\\([^"]*\\)".*/\\1/'); echo "$ORDER"`,
    `curl -s ${address}/paymentHistories ${json} -d "${payment}"`,
    `curl -s ${address}/mypages/$ORDER`,
  ];
}

function fourDigits(): string {
  return String(Math.floor(1_000 + Math.random() * 9_000));
}

function column(value: number | string): string {
  return String(value).padStart(9);
}
