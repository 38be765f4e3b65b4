import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { ManagedProcess } from '../../tools/system/managedProcess';
import { eventually } from '../../tools/system/waiting';
import { type CounterContract, countedTopic, counterType } from './fixture/counterContract';
import { type Answer, ask, startTestBed, type TestBed, type TestHost } from './fixture/testBed';

// The project's actor host, in a process of its own, behind a real sidecar with the project's own components.

jest.setTimeout(60_000);

let bed: TestBed;
let host: TestHost;

beforeAll(async () => {
  bed = await startTestBed();
  host = await bed.addHost('first');
});
afterAll(() => bed?.end());

const accepted = (total: number): Answer => ({ status: 200, body: { total } });
/** A turn that failed: an error that says so, and neither an empty object nor a success. */
const failedTurn = {
  status: 500,
  body: {
    errorCode: 'ERR_ACTOR_INVOKE_METHOD',
    message: expect.stringContaining('the turn failed; its outcome is unknown'),
  },
};

describe('a method that throws', () => {
  test('When it throws on an actor with a stored state, then the caller hears of it and the next call finds that state', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 2 });

    const answer = await host.call(id, 'failBeforeSave', { by: 40 });

    expect(answer).toEqual(failedTurn);
    expect(await totals(id)).toEqual({ seen: 2, stored: 2 });
    expect(begun(id)).toEqual(['2', 'failBeforeSave']);
  });

  test('When it throws on an actor that stored nothing yet, then that one and every other still begin from nothing', async () => {
    const id = randomUUID();

    expect(await host.call(id, 'failBeforeSave', { by: 40 })).toEqual(failedTurn);

    expect(await host.call(id, 'add', { by: 1 })).toEqual(accepted(1));
    expect(await host.call(randomUUID(), 'add', { by: 1 })).toEqual(accepted(1));
  });

  test('When it throws after its save, then the next call finds what was saved and publishes what was left', async () => {
    const id = randomUUID();

    expect(await host.call(id, 'failAfterSave', { by: 3 })).toEqual(failedTurn);

    expect(await totals(id)).toEqual({ seen: 3, stored: 3 });
    expect(begun(id)).toEqual(['failAfterSave']);
    expect(await publishedIds(id)).toEqual([]);
    await host.call(id, 'touch');
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });

  test('When a method is not there, or is given what it cannot take, then no turn is taken', async () => {
    const id = randomUUID();

    const unknown = await ask('PUT', `${host.sidecarUrl}/v1.0/actors/${counterType}/${id}/method/vanish`, {});
    const unfit = await ask('PUT', `${host.sidecarUrl}/v1.0/actors/${counterType}/${id}/method/add`, {
      by: 'much',
    });

    expect(unknown).toEqual(failedTurn);
    expect(unfit).toMatchObject({ status: 200, body: { refused: 'value_invalid' } });
    expect(begun(id)).toEqual([]);
  });
});

describe('a save that fails', () => {
  test('When another host has stored a newer version meanwhile, then this one is refused, and goes on from the newer', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    await bed.storeAsAnotherHost(id, 100);

    expect(await host.call(id, 'add', { by: 1, tells: true })).toEqual(failedTurn);

    expect(await totals(id)).toEqual({ seen: 100, stored: 100 });
    expect(await host.call(id, 'add', { by: 1, tells: true })).toEqual(accepted(101));
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });

  test('When another host stores its first version during the turn, then this one’s first write is refused', async () => {
    const id = randomUUID();
    const gate = bed.gate();
    const late = host.call(id, 'add', { by: 1, gate });
    await hasBegun(id);

    await bed.storeAsAnotherHost(id, 100);
    bed.open(gate);

    expect(await late).toEqual(failedTurn);
    expect(await totals(id)).toEqual({ seen: 100, stored: 100 });
  });

  test('When the store does not take it, then the caller hears of it, nothing is told and the old state stands', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    host.proxy.break('POST', stateOf(id), 'refuse');

    expect(await host.call(id, 'add', { by: 10, tells: true })).toEqual(failedTurn);

    expect(await totals(id)).toEqual({ seen: 1, stored: 1 });
    expect(await publishedIds(id)).toEqual([]);
  });

  test('When its answer is lost, then the turn goes on as saved, once', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    host.proxy.break('POST', stateOf(id), 'drop reply');

    expect(await host.call(id, 'add', { by: 10, tells: true })).toEqual(accepted(11));

    expect(await totals(id)).toEqual({ seen: 11, stored: 11 });
    expect(begun(id)).toEqual(['1', '10']);
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
    expect(await host.call(id, 'add', { by: 100 })).toEqual(accepted(111));
  });

  test('When the request itself is lost, then the turn fails and the next one starts from the old state', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    host.proxy.break('POST', stateOf(id), 'cut');

    expect(await host.call(id, 'add', { by: 10 })).toEqual(failedTurn);

    expect(await host.call(id, 'add', { by: 100 })).toEqual(accepted(101));
  });

  test('When its answer is lost and nobody can say whether it was stored, then the next turn starts from the store', async () => {
    const id = randomUUID();
    host.proxy.break('POST', stateOf(id), 'drop reply');
    const first = bed.gate();
    const unknown = host.call(id, 'add', { by: 10, tells: true, gate: first });
    await hasBegun(id);
    host.proxy.break('GET', stateOf(id), 'refuse');
    bed.open(first);

    expect(await unknown).toEqual(failedTurn);

    expect(await host.call(id, 'add', { by: 100 })).toEqual(accepted(110));
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });
});

describe('a publish that fails', () => {
  test('When the caller waits for it, then it hears of the failure, and its repeat publishes the same event', async () => {
    const id = randomUUID();
    host.proxy.break('POST', publishOf(id), 'refuse');

    expect(await host.call(id, 'add', { by: 1, tells: true })).toEqual(failedTurn);
    expect(await publishedIds(id)).toEqual([]);

    expect(await host.call(id, 'touch')).toEqual({ status: 200, body: {} });
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });

  test('When nobody waits for it, then the caller has its answer, and whoever comes back publishes it', async () => {
    const id = randomUUID();
    host.proxy.break('POST', publishOf(id), 'refuse');

    expect(await host.call(id, 'addAndTellLater', { by: 1, tells: true })).toEqual(accepted(1));
    await eventually('the publish was tried', async () => publishesAsked(id).length === 1);
    expect(await publishedIds(id)).toEqual([]);

    await host.call(id, 'touch');
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });

  test('When an event is out, then later turns do not publish it again', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1, tells: true });
    await host.call(id, 'touch');
    await host.call(id, 'add', { by: 1, tells: true });
    await host.call(id, 'touch');

    expect(await publishedIds(id)).toEqual([`counter.${id}.1`, `counter.${id}.2`]);
  });
});

describe('calls at once', () => {
  test('When fifty calls meet at one actor, half of them past the sidecar’s lock, then they run strictly one after the other', async () => {
    const id = randomUUID();
    // The sidecar lets nobody store for an actor that it does not know.
    await host.look(id);

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 2 === 0 ? host.call(id, 'add', { by: 1 }) : host.callDirectly(id, 'add', { by: 1 }),
      ),
    );

    const counts = answers.map(({ body }) => (body as { total: number }).total);
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(turnsOf(id)).toEqual(Array.from({ length: 50 }, () => ['begun', 'ended']).flat());
    expect(await totals(id)).toEqual({ seen: 50, stored: 50 });
  });

  test('When two actors are called at once, then neither waits for the other', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const [gate, otherGate] = [bed.gate(), bed.gate()];
    const first = host.call(one, 'add', { by: 1, gate });
    await hasBegun(one);
    const second = host.call(other, 'add', { by: 1, gate: otherGate });
    await hasBegun(other);

    bed.open(otherGate);
    expect(await second).toEqual(accepted(1));
    bed.open(gate);
    expect(await first).toEqual(accepted(1));
  });

  test('When a caller gives up while its turn still runs, then the next turn waits for the end of it', async () => {
    const id = randomUUID();
    const gate = bed.gate();
    const givesUp = host.call(id, 'add', { by: 1, gate }, 300);
    await expect(givesUp).rejects.toThrow('timeout');

    const next = host.call(id, 'add', { by: 10 });
    await eventually('the next call is at the host', async () => arrived(id).length === 2);
    expect(turnsOf(id)).toEqual(['begun']);
    bed.open(gate);

    expect(await next).toEqual(accepted(11));
    expect(turnsOf(id)).toEqual(['begun', 'ended', 'begun', 'ended']);
    expect(await totals(id)).toEqual({ seen: 11, stored: 11 });
  });
});

describe('reminders', () => {
  test('When a reminder fails, then its period brings it again, and the process lives', async () => {
    const id = randomUUID();
    const { pid } = host.service;

    await host.call(id, 'startTicking', { failures: 2 });

    await eventually('it ticked well twice', async () => (await host.look(id)).ticks === 2);
    await host.call(id, 'stopTicking');
    expect(ticks(id).slice(0, 4)).toEqual(['failing', 'failing', 'well', 'well']);
    expect(host.service.pid).toBe(pid);
  });

  test('When nobody here knows a reminder, then it is gone after it fired once', async () => {
    const id = randomUUID();

    await host.call(id, 'remindNobody');

    await eventually('it fired', async () => arrived(id).includes('remind nobody'));
    await reminderIsGone(id, 'nobody');
    expect(arrived(id)).toEqual(['remindNobody', 'remind nobody']);
  });

  test('When a guarded turn went well, then its guard is taken away', async () => {
    const id = randomUUID();

    expect(await host.call(id, 'addGuarded', { by: 1, tells: true })).toEqual(accepted(1));

    await reminderIsGone(id, guardOf(id));
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
  });
});

describe('a host killed by kill -9', () => {
  test('When it dies between save and publish, then the event is out by itself once it is back, as the same event', async () => {
    const id = randomUUID();
    await killAt(`${counterType}.after-save`, () => host.call(id, 'addGuarded', { by: 5, tells: true }));
    expect(await publishedIds(id)).toEqual([]);
    expect((await bed.stored(id))?.version).toBe('1');

    await host.start();

    await eventually('the event is out', async () => (await publishedIds(id)).length > 0);
    await reminderIsGone(id, guardOf(id));
    expect(await publishedIds(id)).toEqual([`counter.${id}.1`]);
    expect(arrived(id)).toEqual(['addGuarded', `remind ${guardOf(id)}`]);
    expect(await totals(id)).toEqual({ seen: 5, stored: 5 });
  });

  test('When it dies before its save, then nothing happened, nothing is told and the guard goes', async () => {
    const id = randomUUID();
    await killAt(`${counterType}.before-save`, () => host.call(id, 'addGuarded', { by: 5, tells: true }));

    await host.start();

    await reminderIsGone(id, guardOf(id));
    expect(await publishedIds(id)).toEqual([]);
    // The guard leaves its fence: the turn that set it may still be under way on a host that was only slow.
    expect(await bed.stored(id)).toMatchObject({ version: '1' });
    expect(await host.look(id)).toMatchObject({ total: 0 });
  });
});

describe('what is kept between turns', () => {
  test('When an actor is called again, then its state is not read again', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    await host.call(id, 'add', { by: 1 });
    await host.look(id);

    expect(readsOf(id)).toHaveLength(1);
  });

  test('When the sidecar deactivates an actor, then the next call reads the store', async () => {
    const id = randomUUID();
    await host.call(id, 'add', { by: 1 });
    await bed.storeAsAnotherHost(id, 100);
    expect(await host.look(id)).toMatchObject({ total: 1 });

    const { status } = await ask('DELETE', `${host.appUrl}/actors/${counterType}/${id}`);

    expect(status).toBe(200);
    expect(await host.look(id)).toMatchObject({ total: 100 });
  });

  test('When an actor is deactivated during a turn, then that turn comes to its end first', async () => {
    const id = randomUUID();
    const gate = bed.gate();
    const turn = host.call(id, 'add', { by: 1, gate });
    await hasBegun(id);

    const deactivation = ask('DELETE', `${host.appUrl}/actors/${counterType}/${id}`);
    await eventually('it has come', async () => bed.journal(id).some(({ what }) => what === 'deactivated'));
    bed.open(gate);

    expect(await turn).toEqual(accepted(1));
    expect((await deactivation).status).toBe(200);
    await host.look(id);
    expect(readsOf(id)).toHaveLength(2);
  });
});

describe('health', () => {
  test('When the sidecar stops, then /readyz names it and the process is still alive and well', async () => {
    expect(await ask('GET', `${host.appUrl}/readyz`)).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });

    await host.sidecar.kill();

    const unready = await ask('GET', `${host.appUrl}/readyz`);
    expect(unready).toEqual({ status: 503, body: { status: 'not ready', sidecar: false, store: false } });
    expect(await ask('GET', `${host.appUrl}/livez`)).toMatchObject({ status: 200 });
    expect(await ask('GET', `${host.appUrl}/healthz`)).toMatchObject({ status: 200 });

    await host.start();
    expect(await ask('GET', `${host.appUrl}/readyz`)).toMatchObject({
      status: 200,
      body: { sidecar: true, store: true },
    });
  });

  test('When the store cannot be read, then /readyz names the store and not the sidecar', async () => {
    host.proxy.break('GET', /\/state\/order-store\/readiness-probe$/, 'refuse');

    expect(await ask('GET', `${host.appUrl}/readyz`)).toEqual({
      status: 503,
      body: { status: 'not ready', sidecar: true, store: false },
    });
  });
});

describe('SIGTERM', () => {
  test('When turns are under way, then they end, the answer arrives, what they tell is out and the process exits with 0', async () => {
    const [waited, left] = [randomUUID(), randomUUID()];
    const [gate, leftGate] = [bed.gate(), bed.gate()];
    await host.look(waited);
    const release = host.proxy.hold('POST', publishOf(waited));
    const givesUp = host.call(left, 'add', { by: 2, gate: leftGate, tells: true }, 300);
    await expect(givesUp).rejects.toThrow('timeout');
    const answer = putUntilClosed(waited, 'addAndTellLater', { by: 1, gate, tells: true });
    await hasBegun(waited);
    const exit = exitOf(host.service);

    process.kill(host.service.pid ?? 0, 'SIGTERM');
    await eventually('it takes no new connections', async () =>
      fetch(`${host.appUrl}/livez`, { headers: { connection: 'close' } }).then(
        () => false,
        () => true,
      ),
    );
    bed.open(gate);
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK.*{"total":1}$/s);
    // Nobody is connected any more; only the process itself knows what it still has to do.
    bed.open(leftGate);
    await eventually(
      'the turn that nobody waits for has told',
      async () => (await publishedIds(left)).length > 0,
    );
    release();

    expect(await exit).toBe('exit code 0');
    expect([await publishedIds(waited), await publishedIds(left)]).toEqual([
      [`counter.${waited}.1`],
      [`counter.${left}.1`],
    ]);
    await host.start();
    expect([(await host.look(waited)).total, (await host.look(left)).total]).toEqual([1, 2]);
  });

  test('When the sidecar never came, then the process exits with 0 all the same', async () => {
    await Promise.all([host.service.kill(), host.sidecar.kill()]);
    host.service.start();
    await eventually('it is asked whether it is ready', async () => ask('GET', `${host.appUrl}/readyz`));
    const exit = exitOf(host.service);

    process.kill(host.service.pid ?? 0, 'SIGTERM');

    expect(await exit).toBe('exit code 0');
    await host.start();
  });
});

test('When its port is taken, then a process ends with an error, and no heartbeat makes it look alive', async () => {
  const rival = bed.rivalOf(host);
  const exit = exitOf(rival);

  rival.start({ HEARTBEAT_FILE: `${host.crashFile}-heartbeat` });

  expect(await exit).toBe('exit code 1');
});

describe('two hosts of one app', () => {
  const ids = Array.from({ length: 20 }, () => randomUUID());
  let second: TestHost;

  test('When a second host joins, then it takes over some actors as they are, and the first lets go of them', async () => {
    for (const [i, id] of ids.entries()) await host.call(id, 'add', { by: i });

    second = await bed.addHost('second');

    const moved = await eventually('actors have moved', async () => {
      const there = await servedBy('second');
      return there.length > 0 && there;
    });
    expect(moved.length).toBeLessThan(ids.length);
    await eventually('the first was told', async () =>
      moved.every((id) =>
        bed.journal(id).some((line) => line.what === 'deactivated' && line.instance === 'first'),
      ),
    );
    expect(await Promise.all(ids.map(async (id) => (await host.look(id)).total))).toEqual([...ids.keys()]);
  });

  test('When the sidecar of one host starts anew, then that host does not serve what it kept from before', async () => {
    const [id = ''] = await servedBy('first');
    const before = (await second.look(id)).total;

    await host.sidecar.kill();
    await eventually('the second has it', async () => (await second.look(id)).instance === 'second');
    const added = await eventually('the second takes it', async () => {
      const answer = await second.call(id, 'add', { by: 1_000 });
      return answer.status === 200 && answer;
    });
    expect(added).toEqual(accepted(before + 1_000));
    await host.start();

    const look = await eventually('it is back at the first', async () => {
      const seen = await second.look(id);
      return seen.instance === 'first' && seen;
    });
    expect(look.total).toBe(before + 1_000);
  });

  test('When one dies with its sidecar, then the other serves its actors, and nothing that was answered is lost', async () => {
    const lost = await servedBy('second');
    const before = await Promise.all(lost.map(async (id) => (await host.look(id)).total));

    await Promise.all([second.service.kill(), second.sidecar.kill()]);

    const after = await Promise.all(lost.map(async (id) => await host.look(id)));
    expect(after.map(({ total }) => total)).toEqual(before);
    expect(new Set(after.map(({ instance }) => instance))).toEqual(new Set(['first']));
    const answers = await Promise.all(lost.map((id) => host.call(id, 'add', { by: 1 })));
    expect(answers).toEqual(before.map((total) => accepted(total + 1)));
  });

  async function servedBy(instance: string): Promise<string[]> {
    const looks = await Promise.all(ids.map(async (id) => ({ id, ...(await host.look(id)) })));
    return looks.filter((look) => look.instance === instance).map(({ id }) => id);
  }
});

async function totals(id: string): Promise<{ seen: number; stored: number }> {
  const stored = JSON.parse((await bed.stored(id))?.data ?? '{}') as {
    state: CounterContract['look']['output'];
  };
  return { seen: (await host.look(id)).total, stored: stored.state.total };
}

async function publishedIds(id: string): Promise<string[]> {
  return (await bed.published(countedTopic, id)).map(({ eventId }) => eventId);
}

function journaled(id: string, what: string): string[] {
  return bed
    .journal(id)
    .filter((line) => line.what === what)
    .map(({ detail }) => detail);
}
const begun = (id: string) => journaled(id, 'begun');
const ticks = (id: string) => journaled(id, 'ticked');
const arrived = (id: string) => journaled(id, 'arrived').filter((method) => method !== 'look');
const turnsOf = (id: string) =>
  bed
    .journal(id)
    .map(({ what }) => what)
    .filter((what) => what === 'begun' || what === 'ended');

function hasBegun(id: string): Promise<boolean> {
  return eventually('the turn has begun', async () => begun(id).length > 0);
}

const stateOf = (id: string) => new RegExp(`/actors/${counterType}/${id}/state`);
const publishOf = (id: string) => new RegExp(`/publish/pubsub/${countedTopic}\\?.*${id}`);
const publishesAsked = (id: string) => host.proxy.asked.filter(({ path }) => publishOf(id).test(path));
const readsOf = (id: string) =>
  host.proxy.asked.filter(({ method, path }) => method === 'GET' && stateOf(id).test(path));

/** The name under which a guarded turn asked to be finished. */
function guardOf(id: string): string {
  const reminders = new RegExp(`/actors/${counterType}/${id}/reminders/(finish[^/]*)$`);
  const set = host.proxy.asked.find(({ method, path }) => method === 'POST' && reminders.test(path));
  return reminders.exec(set?.path ?? '')?.[1] ?? 'no guard was set';
}

function reminderIsGone(id: string, name: string): Promise<boolean> {
  return eventually(`reminder ${name} is gone`, async () => {
    const { status } = await ask(
      'GET',
      `${host.sidecarUrl}/v1.0/actors/${counterType}/${id}/reminders/${name}`,
    );
    return status === 404;
  });
}

/** Has the host killed at a line that `work` leads it to. The caller's call breaks, or is answered with an error. */
async function killAt(line: string, work: () => Promise<Answer>): Promise<void> {
  writeFileSync(host.crashFile, line);
  const answer = work().catch(() => undefined);
  await host.service.exited();
  expect(await answer).not.toMatchObject({ status: 200 });
}

/** Calls a method at the service's own door. Resolves to the whole answer, once the service has closed the connection. */
async function putUntilClosed(
  id: string,
  method: keyof CounterContract,
  input: CounterContract['add']['input'],
): Promise<string> {
  const { hostname, port } = new URL(host.appUrl);
  const body = JSON.stringify(input);
  const socket = connect(Number(port), hostname, () => {
    socket.write(
      `PUT /actors/${counterType}/${id}/method/${method} HTTP/1.1\r\nhost: ${hostname}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

function exitOf(service: ManagedProcess): Promise<string> {
  return new Promise((resolve) => {
    service.onUnexpectedExit = (_plan, how) => {
      service.onUnexpectedExit = () => {};
      resolve(how);
    };
  });
}
