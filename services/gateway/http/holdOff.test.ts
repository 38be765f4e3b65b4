import { createHoldOff, type HoldOff } from './holdOff';

const refused = {
  status: 503,
  headers: { 'x-refused-for-all-ms': '200', 'retry-after': '3' },
  body: Buffer.from(JSON.stringify({ code: 'payment_unavailable' })),
};

const accepted = { status: 201, headers: {}, body: Buffer.from('{}') };

function holdOffAt() {
  let now = 1_000;
  const holdOff = createHoldOff(() => now);
  return { holdOff, pass: (ms: number) => (now += ms) };
}

test('When a service refuses all for a moment, then who asks the same meanwhile hears the same, and nobody else', () => {
  const { holdOff, pass } = holdOffAt();
  holdOff.note('POST /orders', refused);
  expect(holdOff.refusalOf('POST /orders')).toEqual({
    refused: 'payment_unavailable',
    facts: {},
    retryAfterSeconds: 3,
  });
  expect(holdOff.refusalOf('GET /orders')).toBeUndefined();
  pass(199);
  expect(holdOff.refusalOf('POST /orders')).toBeDefined();
  pass(1);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});

describe('When the moment is over', () => {
  const asked = 'POST /orders';
  const howManyGo = (holdOff: HoldOff) =>
    Array.from({ length: 100 }, () => holdOff.refusalOf(asked)).filter((refusal) => !refusal).length;

  function over() {
    const at = holdOffAt();
    at.holdOff.note(asked, refused);
    at.pass(200);
    return at;
  }

  test('then a few go and ask, and the others hear the same until one of those has heard', () => {
    const { holdOff } = over();
    expect(howManyGo(holdOff)).toBe(8);
    expect(howManyGo(holdOff)).toBe(0);
  });

  test('and the service said for how many to ask, then so many go', () => {
    const { holdOff, pass } = holdOffAt();
    holdOff.note(asked, { ...refused, headers: { ...refused.headers, 'x-then-ask-max': '3' } });
    pass(200);
    expect([howManyGo(holdOff), howManyGo(holdOff)]).toEqual([3, 0]);
  });

  test('and one of them is accepted, then two more go, and after eight all', () => {
    const { holdOff } = over();
    howManyGo(holdOff);
    const went = Array.from({ length: 8 }, () => {
      holdOff.note(asked, accepted);
      return howManyGo(holdOff);
    });
    expect(went).toEqual([2, 2, 2, 2, 2, 2, 2, 100]);
  });

  test('and one of them is refused for all, then nobody goes for another moment', () => {
    const { holdOff, pass } = over();
    howManyGo(holdOff);
    holdOff.note(asked, refused);
    expect(howManyGo(holdOff)).toBe(0);
    pass(200);
    expect(howManyGo(holdOff)).toBe(8);
  });

  test('and none of them hears anything, then a few more go after a second, and all after three', () => {
    const { holdOff, pass } = over();
    howManyGo(holdOff);
    pass(999);
    expect(howManyGo(holdOff)).toBe(0);
    pass(1);
    expect([howManyGo(holdOff), howManyGo(holdOff)]).toEqual([8, 0]);
    pass(1_999);
    expect(howManyGo(holdOff)).toBe(8);
    pass(1);
    expect(howManyGo(holdOff)).toBe(100);
  });

  test('and nobody came for long, then all go', () => {
    const { holdOff, pass } = over();
    pass(3_000);
    expect(howManyGo(holdOff)).toBe(100);
  });
});

describe('Where a service has a line', () => {
  const full = {
    status: 503,
    headers: { 'x-refused-for-all-ms': '100', 'x-line-ms': '250', 'retry-after': '1' },
    body: Buffer.from(JSON.stringify({ code: 'booking_overloaded' })),
  };

  /** A clock that goes on while somebody waits. */
  function lineAt(heardMeanwhile: (holdOff: HoldOff, ms: number) => void = () => {}) {
    let now = 1_000;
    const holdOff: HoldOff = createHoldOff(
      () => now,
      async (ms) => {
        now += ms;
        heardMeanwhile(holdOff, now - 1_000);
      },
    );
    holdOff.note('POST /orders', full);
    return { holdOff, passed: () => now - 1_000 };
  }

  test('then who comes stands in it until the moment is over, and goes', async () => {
    const { holdOff, passed } = lineAt();
    expect(await holdOff.refusalInLine('POST /orders')).toBeUndefined();
    expect(passed()).toBe(100);
  });

  test('and it stays full, then who stood in it as long as is worth it hears so', async () => {
    const { holdOff, passed } = lineAt((it) => it.note('POST /orders', full));
    expect(await holdOff.refusalInLine('POST /orders')).toMatchObject({ refused: 'booking_overloaded' });
    expect(passed()).toBeGreaterThanOrEqual(250);
    expect(passed()).toBeLessThan(300);
  });

  test('and the breaker opens meanwhile, then who stands in it hears that at once', async () => {
    const { holdOff, passed } = lineAt((it, ms) => {
      if (ms >= 60) it.note('POST /orders', refused);
    });
    expect(await holdOff.refusalInLine('POST /orders')).toMatchObject({ refused: 'payment_unavailable' });
    expect(passed()).toBe(60);
  });

  test('that is said to be very long, then nobody stands in it for more than a second', async () => {
    const long = { ...full, headers: { ...full.headers, 'x-line-ms': '3600000' } };
    const { holdOff, passed } = lineAt((it) => it.note('POST /orders', long));
    expect(await holdOff.refusalInLine('POST /orders')).toBeDefined();
    expect(passed()).toBeLessThan(1_100);
  });
});

describe('Who comes with a key, while all are refused', () => {
  const asked = 'POST /orders';
  const line = { ...refused.headers, 'x-line-ms': '250' };
  const full = { ...refused, headers: line, body: Buffer.from('{"code":"booking_overloaded"}') };

  test('then goes all the same, eight at a time; the others hear that theirs was not begun', async () => {
    const { holdOff } = holdOffAt();
    holdOff.note(asked, refused);
    const came = await Promise.all(Array.from({ length: 10 }, () => holdOff.admitKeyed(asked)));
    const leaves = came.filter((each) => typeof each === 'function');
    expect(leaves).toHaveLength(8);
    expect(came[9]).toEqual({ refused: 'booking_overloaded', facts: {}, retryAfterSeconds: 1 });
    leaves[0]?.();
    expect(typeof (await holdOff.admitKeyed(asked))).toBe('function');
    expect(typeof (await holdOff.admitKeyed(asked))).toBe('object');
    expect(typeof (await holdOff.admitKeyed('PATCH /orders/:id'))).toBe('function');
  });

  test('and takes none of the places of those without', async () => {
    const { holdOff, pass } = holdOffAt();
    holdOff.note(asked, refused);
    pass(200);
    for (let i = 0; i < 8; i++) await holdOff.admitKeyed(asked);
    expect(holdOff.refusalOf(asked)).toBeUndefined();
  });

  test('and that is long ago, or never was, then all go', async () => {
    const { holdOff, pass } = holdOffAt();
    const howMany = async () => {
      const came = await Promise.all(Array.from({ length: 20 }, () => holdOff.admitKeyed(asked)));
      for (const leave of came) if (typeof leave === 'function') leave();
      return came.filter((each) => typeof each === 'function').length;
    };
    expect(await howMany()).toBe(20);
    holdOff.note(asked, refused);
    expect(await howMany()).toBe(8);
    pass(3_200);
    expect(await howMany()).toBe(20);
  });

  test('for the line is full, then stands in it like all others', async () => {
    let now = 1_000;
    const holdOff = createHoldOff(
      () => now,
      async (ms) => (now += ms),
    );
    holdOff.note(asked, full);
    expect(typeof (await holdOff.admitKeyed(asked))).toBe('function');
    expect(now).toBe(1_200);
    const other = createHoldOff(
      () => now,
      async (ms) => {
        now += ms;
        other.note(asked, full);
      },
    );
    other.note(asked, full);
    expect(await other.admitKeyed(asked)).toMatchObject({ refused: 'booking_overloaded' });
  });
});

test('Where a service has no line, then nobody waits', async () => {
  const holdOff = createHoldOff(
    () => 1_000,
    () => Promise.reject(new Error('it waits')),
  );
  holdOff.note('POST /orders', refused);
  expect(await holdOff.refusalInLine('POST /orders')).toMatchObject({ refused: 'payment_unavailable' });
});

test('When somebody with a key is accepted meanwhile, then the others hear the same as before', () => {
  const { holdOff } = holdOffAt();
  holdOff.note('POST /orders', refused);
  holdOff.note('POST /orders', accepted);
  expect(holdOff.refusalOf('POST /orders')).toBeDefined();
});

test('When it says so for long, then it is asked again soon all the same', () => {
  const { holdOff, pass } = holdOffAt();
  holdOff.note('POST /orders', { ...refused, headers: { 'x-refused-for-all-ms': '3600000' } });
  pass(500);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});

test.each([
  ['refuses one caller', { ...refused, headers: { 'retry-after': '3' } }],
  ['accepts', { ...refused, status: 201 }],
  ['says no number', { ...refused, headers: { 'x-refused-for-all-ms': 'long' } }],
  ['says nothing that is known here', { ...refused, body: Buffer.from('{"code":"tired"}') }],
  ['says nothing at all', { ...refused, body: Buffer.from('') }],
])('When a service %s, then it is asked by the next', (_how, answer) => {
  const { holdOff } = holdOffAt();
  holdOff.note('POST /orders', answer);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});
