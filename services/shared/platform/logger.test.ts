import fc from 'fast-check';
import {
  createLogger,
  currentTraceparent,
  isCardNumber,
  type Logger,
  maskDigits,
  withLogContext,
} from './logger';

const cards = [
  '4242424242424242',
  '4242 4242 4242 4242',
  '4242-4242-4242-4242',
  '378282246310005',
  '3782 822463 10005',
];

/** What a logger writes for `write`, as text and as the parsed line. */
function logged(
  write: (log: Logger) => void,
  level = 'info',
): { text: string; line: Record<string, unknown> } {
  const lines: string[] = [];
  write(createLogger('order', level, { write: (line) => void lines.push(line) }));
  const text = lines.join('');
  return { text, line: text === '' ? {} : JSON.parse(text) };
}

describe('a line', () => {
  test('When something is logged, then the line tells service, level, instant and text', () => {
    const { line } = logged((log) => log.info({ port: 8081 }, 'listening'));

    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'order',
      port: 8081,
      msg: 'listening',
    });
  });

  test('When a line is below the level, then nothing is written', () => {
    expect(logged((log) => log.info('quiet'), 'warn').text).toBe('');
  });

  test('When work runs in a context, then its lines carry it, and lines outside of it do not', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const inside = await withLogContext({ traceparent }, () =>
      withLogContext({ orderId: 'o-1' }, async () => {
        await Promise.resolve();
        return { ...logged((log) => log.info('in')), seen: currentTraceparent() };
      }),
    );

    expect(inside.line).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', orderId: 'o-1' });
    expect(inside.seen).toBe(traceparent);
    expect(logged((log) => log.info('out')).line).not.toHaveProperty('traceId');
    expect(currentTraceparent()).toBeUndefined();
  });
});

describe('personal fields', () => {
  const person = {
    name: '홍길동',
    phone: '내선 1234',
    cardNo: '4000 0000 0000 0000',
    recipient: '이몽룡',
  };
  const notIn = (text: string) => Object.values(person).filter((value) => text.includes(value));

  test.each([
    ['themselves', person],
    ['in an object', { order: person }],
    ['in an object of an object', { order: { customer: person } }],
    ['in a list', { orders: [person] }],
    ['deep down', { a: { b: { c: { d: [{ e: person }] } } } }],
    ['in the properties of an error', { err: Object.assign(new Error('failed'), { input: person }) }],
    [
      'in the cause of an error',
      { err: new Error('failed', { cause: Object.assign(new Error('why'), { input: person }) }) },
    ],
  ])('When they are logged %s, then none is in the line', (_where, fields) => {
    const { text, line } = logged((log) => log.warn(fields, 'look'));

    expect(notIn(text)).toEqual([]);
    expect(line.msg).toBe('look');
  });

  test('When a child logger holds them, then none is in its lines', () => {
    const { text } = logged((log) => log.child({ order: person }).info('look'));

    expect(notIn(text)).toEqual([]);
  });

  test('When an error is logged, then its type, text and stack are there', () => {
    const { line } = logged((log) => log.error({ err: new TypeError('no such seat') }, 'request failed'));

    expect(line.err).toMatchObject({
      type: 'TypeError',
      message: 'no such seat',
      stack: expect.stringContaining('logger.test.ts'),
    });
  });
});

describe('digits in a text', () => {
  test.each(cards)('When a text quotes the card %s, then it is masked wherever it stands', (card) => {
    const texts = [
      card,
      `card ${card} refused`,
      `card:${card}`,
      `cardNo=${card}`,
      `${card}: refused`,
      `(${card})`,
      `the card is ${card}.`,
      `"${card}"`,
      `no.${card}`,
      `refused:\n${card}\nor\t${card}`,
    ];

    for (const text of texts) {
      const { text: line } = logged((log) => log.error({ err: new Error(text), quoted: text }, text));
      expect(line.replace(/[ -]/g, '')).not.toContain(card.replace(/[ -]/g, ''));
      expect(line).toContain('[card]');
    }
  });

  test('When a card is logged as a number, then it is masked and the line is still JSON', () => {
    const { text, line } = logged((log) =>
      log.info({ pan: 4242424242424242, pans: [4242424242424242] }, 'look'),
    );

    expect(text).not.toContain('4242424242424242');
    expect(line.msg).toBe('look');
  });

  test.each([
    '010-1234-5678',
    '01012345678',
    '010 1234 5678',
    '011-123-4567',
    '+821012345678',
    '+82 10-1234-5678',
    '+82-10-1234-5678',
    '821012345678',
    '(010) 1234-5678',
    '010.1234.5678',
    '+1 213 373 4253',
  ])('When a text quotes the phone %s, then it is masked wherever it stands', (phone) => {
    for (const text of [
      phone,
      `to ${phone}.`,
      `to:${phone}`,
      `${phone}: unreachable`,
      `lost:\n${phone}`,
      `(${phone})`,
    ]) {
      const { text: line } = logged((log) => log.error({ err: new Error(text) }, text));
      expect(line).not.toContain(phone);
      expect(line).toContain('[phone]');
    }
  });

  test.each([
    ['a UUID of many digits', '01890a5d-ac96-7748-8224-242424242424'],
    ['a UUID of digits only', '42424242-4242-4242-8242-424242424242'],
    ['an event id', 'order.42424242-4242-4242-8242-424242424242.3'],
    ['a UUID after a colon', 'order:42424242-4242-4242-8242-424242424242'],
    ['a trace context', '00-42424242424242424242424242424242-4242424242424242-01'],
    ['an instant', '2026-11-24T09:30:00.000Z'],
    ['an instant with an offset', '2026-11-24T09:30:00+09:00'],
    ['a date and a time', '2026-11-24 09:30:00'],
    ['a slot', 'seoul_2026-11-24'],
    ['an amount', '50000'],
    ['a fraction', '0.4242424242424242'],
    ['an address', '127.0.0.1:50105'],
    ['a digest', 'a4242424242424242f'],
  ])('When a text holds %s, then it survives', (_what, text) => {
    expect(maskDigits(text)).toBe(text);
    expect(logged((log) => log.info({ found: text }, text)).line).toMatchObject({ found: text, msg: text });
  });

  test('When a text or a field holds epoch milliseconds, then they survive, whichever they are', () => {
    const instants = Array.from({ length: 100 }, (_, i) => 1_795_367_372_000 + i);

    for (const instant of instants) {
      expect(maskDigits(`at ${instant}: ok, stream ${instant}-0`)).toBe(
        `at ${instant}: ok, stream ${instant}-0`,
      );
      expect(logged((log) => log.info({ instant })).line.instant).toBe(instant);
    }
  });

  test('When texts are put together of what looks like it and what does not, then a line says what its texts say masked', () => {
    const part = fc.oneof(
      fc.constantFrom(...cards, '+821012345678', '010-1234-5678', '01012345678', '(010) 1234-5678'),
      fc.constantFrom('\n', '\t', '"', '\\', ' ', '-', '.', ':', '+', 'n', 'x1', '0.', '\u2028', '한'),
      fc.stringMatching(/^\d{1,9}$/),
    );
    const texts = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, (found, said) => {
        const { line } = logged((log) => log.info({ found }, said));
        expect([line.found, line.msg]).toEqual([maskDigits(found), maskDigits(said)]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('When a long number does not fulfil the check of card numbers, then it survives', () => {
    expect(maskDigits('number 4242424242424243')).toBe('number 4242424242424243');
  });
});

describe('isCardNumber', () => {
  test.each([...cards, '5555555555554444', '2223003122003222', '6011000990139424', '3056930009020004'])(
    'When it is %s, then it is one',
    (text) => {
      expect(isCardNumber(text)).toBe(true);
    },
  );

  test.each([
    '',
    '4242424242424241',
    '4242',
    '4242424242424242424242',
    '42424242424242x2',
    '4242.4242.4242.4242',
  ])('When it is %p, then it is none', (text) => {
    expect(isCardNumber(text)).toBe(false);
  });

  test('When any one digit of a card number is wrong, then it is none', () => {
    const card = '4242424242424242';
    const wrong = [...card].flatMap((digit, i) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
        (by) => card.slice(0, i) + ((Number(digit) + by) % 10) + card.slice(i + 1),
      ),
    );

    expect(wrong.filter(isCardNumber)).toEqual([]);
  });
});
