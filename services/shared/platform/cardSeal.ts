import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * How a card number travels from the route that takes it in to the payment edge, through calls of actors that must not see
 * it: as text that only who has the secret can open, and only for the order that it was sealed for (AES-256-GCM,
 * NIST SP 800-38D). decisions/0005.
 */
export interface CardSeal {
  seal(cardNo: string, orderId: string): string;
  /** Undefined for what was sealed under another secret, or for another order. */
  open(sealed: string, orderId: string): string | undefined;
  /** The same for the same number, to tell a repeated request from another one; no way leads back. */
  digest(cardNo: string): string;
}

/** `secrets`, separated by commas: the first one seals, each of them opens, so that it can be changed while all goes on. */
export function createCardSeal(secrets: string): CardSeal {
  const keys = secrets.split(',').map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'card', 32)));
  const [first] = keys;
  if (!first) throw new Error('a card seal needs a secret');

  return {
    seal(cardNo, orderId) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(Buffer.from(orderId));
      const text = Buffer.concat([cipher.update(digitsOf(cardNo)), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },

    open(sealed, orderId) {
      const bytes = Buffer.from(sealed, 'base64url');
      const [tagAt, textAt] = [nonceBytes, nonceBytes + tagBytes];
      if (bytes.length <= textAt) return undefined;
      for (const key of keys) {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, tagAt), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(orderId)).setAuthTag(bytes.subarray(tagAt, textAt));
        try {
          return `${decipher.update(bytes.subarray(textAt))}${decipher.final()}`;
        } catch {}
      }
      return undefined;
    },

    digest: (cardNo) =>
      createHmac('sha256', first)
        .update(`digest:${digitsOf(cardNo)}`)
        .digest('base64url'),
  };
}

function digitsOf(cardNo: string): string {
  return cardNo.replace(/[ -]/g, '');
}

const nonceBytes = 12;
const tagBytes = 16;
