import { setTimeout as sleep } from 'node:timers/promises';

/** One who does as told: waits for as long as Retry-After says, and sends the same again under the same key. */
export interface PatientCustomer {
  language: 'ko' | 'en';
  orderId?: string;
  tries: number;
  waitedSeconds: number;
  /** What was wrong with what it was told. */
  faults: string[];
}

interface Call {
  gateway: string;
  key: string;
  body: object;
  language: 'ko' | 'en';
}

/** Books until it is done or the time is over. */
export async function bookPatiently(call: Call, until: number): Promise<PatientCustomer> {
  const customer: PatientCustomer = { language: call.language, tries: 0, waitedSeconds: 0, faults: [] };
  const begun = Date.now();
  while (Date.now() < until && customer.orderId === undefined) {
    customer.tries += 1;
    const answer = await post(call).catch((error: unknown) => String(error));
    if (typeof answer === 'string') {
      customer.faults.push(answer);
      continue;
    }
    const { status, headers, text } = answer;
    if (status === 201) customer.orderId = String(JSON.parse(text).orderId);
    else if (status === 503) {
      customer.faults.push(...faultsOf(headers, text, call.language));
      await sleep(Number(headers.get('retry-after')) * 1_000);
    } else if (status === 409 && text.includes('request_in_flight')) {
      await sleep(1_000);
    } else {
      customer.faults.push(`was answered ${status}: ${text.slice(0, 200)}`);
      break;
    }
  }
  return { ...customer, waitedSeconds: (Date.now() - begun) / 1_000 };
}

async function post({ gateway, key, body, language }: Call) {
  const response = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': language, 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const says = { ko: /[가-힣].*다시/, en: /again/ } as const;

function faultsOf(headers: Headers, text: string, language: 'ko' | 'en'): string[] {
  const faults: string[] = [];
  const wait = headers.get('retry-after') ?? '';
  if (!/^[1-9]\d*$/.test(wait)) faults.push(`Retry-After is "${wait}"`);
  if (!headers.get('content-type')?.startsWith('application/problem+json')) faults.push('no problem+json');
  if (headers.get('content-language') !== language) faults.push(`not in ${language}`);
  const problem = JSON.parse(text) as { title?: string; detail?: string; code?: string };
  if (!problem.code) faults.push('no code');
  if (!says[language].test(problem.title ?? '')) faults.push(`title: ${problem.title}`);
  if (!problem.detail?.includes(wait)) faults.push(`detail: ${problem.detail}`);
  return faults;
}
