import { z } from 'zod';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import { maskDigits } from '../../shared/platform/logger';
import { SidecarError } from '../../shared/platform/sidecar';
import type { Delivery, MessageRow } from '../domain/messages';
import type { Ledger } from '../store/ledger';
import type { PageStore } from '../store/pageStore';
import { isFinal, type SmsSender } from './smsSender';

export const dispatcherType = 'Dispatcher';

export interface DispatcherContract {
  /** Makes sure that this shard comes back for its messages by itself. */
  start: { input: object; output: object };
  /** There may be something to send now. */
  wake: { input: object; output: { sent: number } };
}

interface DispatcherOptions {
  pages: Pick<PageStore, 'read'>;
  ledger: Ledger;
  send: SmsSender;
  /** How often a shard looks for what is due, whether it was woken or not. */
  lookSeconds: number;
}

/**
 * Sends one shard's messages, an order's in their order. Only one of it runs at a time, so a message has one sender;
 * a sender that dies is followed by the next look, and the provider knows a repeat by its message id.
 */
export function dispatcherActor({
  pages,
  ledger,
  send,
  lookSeconds,
}: DispatcherOptions): ActorDefinition<object> {
  async function sendDue(turn: Turn<object>): Promise<number> {
    let sent = 0;
    for (let round = 0; round < roundsMax; round++) {
      const orderIds = await ledger.dueOrders(Number(turn.id), turn.now(), ordersAtOnce);
      if (orderIds.length === 0) return sent;
      const counts = await Promise.all(orderIds.map((orderId) => sendFor(turn, orderId)));
      sent += counts.reduce((sum, count) => sum + count, 0);
    }
    return sent;
  }

  // A message that fails holds the later ones of its order back: they must not overtake it.
  async function sendFor(turn: Turn<object>, orderId: string): Promise<number> {
    const [page, rows] = await Promise.all([pages.read(orderId), ledger.messages(orderId)]);
    const to = page?.booking?.phone;
    if (!to) {
      await ledger.forget(orderId);
      return 0;
    }
    let sent = 0;
    for (const row of rows) {
      if (row.delivery.state !== 'pending') continue;
      const delivery = await deliver(turn, row, row.delivery.tries, to);
      await ledger.recordDelivery({ ...row, delivery }, nextTry(turn.now(), delivery));
      if (delivery.state === 'pending') break;
      sent += 1;
    }
    if (rows.every(({ delivery }) => delivery.state !== 'pending')) await ledger.forgetIfDone(orderId);
    return sent;
  }

  async function deliver(
    turn: Turn<object>,
    { messageId, text, kind }: MessageRow,
    earlierTries: number,
    to: string,
  ): Promise<Delivery> {
    const tries = earlierTries + 1;
    try {
      const providerId = await send({ to, text, kind, messageId });
      return {
        state: 'sent',
        tries,
        ...(providerId ? { providerId } : {}),
        sentAt: turn.now().toISOString(),
      };
    } catch (error) {
      turn.log.warn({ err: error, messageId }, 'message not sent');
      const failure = error instanceof SidecarError ? error.message : 'unexpected failure';
      // A provider may quote the number in its answer, and the row is shown.
      const reason = maskDigits(failure);
      return isFinal(failure)
        ? { state: 'failed', reason, tries, failedAt: turn.now().toISOString() }
        : { state: 'pending', tries, lastFailure: reason };
    }
  }

  return {
    type: dispatcherType,
    initial: {},
    methods: {
      start: method({
        input: z.object({}),
        async run(turn: Turn<object>) {
          await turn.remind('look', { dueMs: lookSeconds * 1_000, periodMs: lookSeconds * 1_000 });
          return {};
        },
      }),
      wake: method({
        input: z.object({}),
        readOnly: true,
        // What it sends lies in the ledger, and it keeps nothing itself.
        mayBeOld: true,
        run: async (turn: Turn<object>) => ({ sent: await sendDue(turn) }),
      }),
    },
    reminders: {
      async look(turn) {
        await sendDue(turn);
      },
    },
  };
}

// After a failure the order waits, longer each time; else what else it has to send is due at once.
function nextTry(now: Date, delivery: Delivery): Date {
  const waitSeconds = delivery.state === 'pending' ? Math.min(60, 2 ** Math.min(delivery.tries, 6)) : 0;
  return new Date(now.getTime() + waitSeconds * 1_000);
}

const ordersAtOnce = 16;
const roundsMax = 100;
