import fc from 'fast-check';
import { orderId } from '../../shared/contracts/booking';
import { createCustomerIdentity } from './identity';

const identity = createCustomerIdentity('a secret of sixteen');
const elsewhere = createCustomerIdentity('another secret of sixteen');
const card = { token: 'token', brand: 'visa', last4: '4242' };
const phone = '+821012345678';

describe('When a person books', () => {
  test('with a phone, then the phone says who it is, whatever name and card', () => {
    const key = identity.customerKey({ phone });
    expect(identity.customerKey({ phone, name: 'Kim', card })).toBe(key);
    expect(identity.customerKey({ phone: '+821012345679' })).not.toBe(key);
  });

  test('without a phone, then name and card say it together', () => {
    const key = identity.customerKey({ name: 'Kim', card });
    expect(key).toBe(identity.customerKey({ name: 'Kim', card: { ...card } }));
    expect(key).not.toBe(identity.customerKey({ name: 'Lee', card }));
    expect(key).not.toBe(identity.customerKey({ name: 'Kim', card: { ...card, token: 'another' } }));
  });

  test('then a name cannot pass for a piece of the card', () => {
    const key = identity.customerKey({ name: 'Kim:to', card: { ...card, token: 'ken' } });
    expect(key).not.toBe(identity.customerKey({ name: 'Kim', card: { ...card, token: 'to:ken' } }));
  });

  test.each([[{}], [{ name: 'Kim' }], [{ card }]])('with %j only, then nobody knows who it is', (person) => {
    expect(identity.customerKey(person)).toBeUndefined();
  });

  test('then the key gives nobody away, and only who has the secret can make it', () => {
    const key = identity.customerKey({ phone });
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(key).not.toBe(elsewhere.customerKey({ phone }));
  });
});

describe('When a caller sends an idempotency key', () => {
  const printable = fc.string({ minLength: 1, maxLength: 255 });
  /** The digest of a person, or the address of one that nobody knows. */
  const caller = fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), fc.ipV4(), fc.ipV6());

  test('then it always leads to one order id, which is a UUID for uses of our own', () => {
    fc.assert(
      fc.property(caller, printable, (who, key) => {
        const id = identity.orderIdFor(who, key);
        expect(orderId.parse(id)).toBe(id);
        expect(id).toMatch(/^.{14}8.{4}[89ab]/);
        expect(identity.orderIdFor(who, key)).toBe(id);
        expect(elsewhere.orderIdFor(who, key)).not.toBe(id);
      }),
    );
  });

  test('then the same key of another caller leads to another order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(caller, printable), { selector: (pair) => pair.join('\n') }),
        (pairs) => {
          const ids = pairs.map(([who, key]) => identity.orderIdFor(who, key));
          expect(new Set(ids).size).toBe(pairs.length);
        },
      ),
    );
  });
});

test('When a key begins with what another caller ends with, then it is still another order', () => {
  expect(identity.orderIdFor('::1', '2:key')).not.toBe(identity.orderIdFor('::1:2', 'key'));
});

describe('When a request is told from another', () => {
  const request = { orderType: 'basic', name: 'Kim', phone, date: undefined };

  test('then the order of its fields says nothing, nor does a field without a value', () => {
    expect(identity.fingerprint({ phone, name: 'Kim', orderType: 'basic' })).toBe(
      identity.fingerprint(request),
    );
  });

  test.each([
    { orderType: 'prime' },
    { name: 'Lee' },
    { date: '2026-07-25' },
    { card: 'token' },
    { name: undefined },
  ])('then %j makes it another', (change) => {
    expect(identity.fingerprint({ ...request, ...change })).not.toBe(identity.fingerprint(request));
  });

  test('then the digest gives nothing away, and only who has the secret can make it', () => {
    expect(identity.fingerprint(request)).toMatch(/^[0-9a-f]{64}$/);
    expect(identity.fingerprint(request)).not.toBe(elsewhere.fingerprint(request));
  });

  test('then a value cannot pass for a field', () => {
    expect(identity.fingerprint({ name: 'a","b":"c' })).not.toBe(identity.fingerprint({ name: 'a', b: 'c' }));
  });
});
