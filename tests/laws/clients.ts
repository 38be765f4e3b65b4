import type { OrderState } from '../../services/order/domain/orderState';
import type { PaymentState } from '../../services/payment/domain/payment';
import type { Command } from './commands';
import type { Network } from './network';
import { cards, centerId, otherCalendars } from './settings';
import type { ServiceName, World } from './world';

/** Customers, the centre's admin, and what befalls the system; and what they were promised. */
export class Clients {
  /** By order, how each kind of request was answered well, the first time. */
  readonly #named = new Set<string>();
  readonly #promised = new Map<string, { did: string; answer: string }>();
  readonly #broken: string[] = [];

  constructor(
    private readonly world: World,
    private readonly network: Network,
  ) {}

  startDispatcher(): void {
    void this.#ask('notification', 'Dispatcher', '0', 'start', {});
  }

  begin(command: Command): void {
    switch (command.do) {
      case 'place':
        this.#place(command);
        break;
      case 'pay': {
        // Who has not heard of an order cannot pay it.
        if (!this.#promised.has(`${orderIdOf(command.order)} place`)) break;
        const state = this.world.state<PaymentState>(`payment/Payment/${orderIdOf(command.order)}`);
        const price = state && 'amountKrw' in state ? state.amountKrw : 0;
        const { payMethod, card } = command;
        this.#order(command.order, 'payment', 'Payment', 'pay', {
          price,
          payMethod,
          card: cards[card],
        });
        break;
      }
      case 'cancel':
        this.#order(command.order, 'order', 'Order', 'cancel', {});
        break;
      case 'move': {
        const { orderType, day, time, card } = command;
        this.#order(command.order, 'order', 'Order', 'move', {
          orderType,
          time,
          date: day === undefined ? undefined : this.#dateIn(day),
          card: card && cards[card],
        });
        break;
      }
      case 'decide':
        this.#decide(command.order, command.decision);
        break;
      case 'calendar': {
        const calendar = otherCalendars[command.calendar];
        const input = { calendar, precondition: { kind: 'present' }, reason: 'fewer seats' };
        void this.#ask('reservation', 'Calendar', centerId, 'replace', input);
        break;
      }
      case 'pass':
        this.world.now += command.seconds * 1_000;
        this.network.fire();
        this.network.deliver();
        break;
      case 'kill':
        this.network.kill(command.service);
        break;
      case 'two hosts':
        this.network.split(command.service);
        break;
      case 'heal':
        this.network.heal();
    }
  }

  /** What somebody was told and what is not so. */
  brokenPromises(): string[] {
    const faults = [...this.#broken];
    for (const [key, { did }] of this.#promised) {
      const orderId = key.split(' ')[0] ?? '';
      const order = this.world.state<OrderState>(`order/Order/${orderId}`);
      const status = order?.status ?? 'none';
      if (status === 'none') faults.push(`${did} was promised of ${orderId}, which nobody knows`);
      if (did === 'cancel' && status !== 'canceled') faults.push(`${orderId} was canceled, and is ${status}`);
    }
    return faults;
  }

  #place({ order, orderType, card, day }: Extract<Command, { do: 'place' }>): void {
    const orderId = orderIdOf(order);
    // Some have no Idempotency-Key: each of their requests would be another order, so there is one, and its name is new.
    const isFresh = order >= ordersWithKey;
    if (isFresh && this.#named.has(orderId)) return;
    this.#named.add(orderId);
    const person = order % 2;
    // The date is part of what is asked for, so the request is the same only while the date is.
    const date = day === 0 ? undefined : this.#dateIn(day);
    const request = {
      orderType,
      name: 'Kim',
      phone: `+82101234567${person}`,
      language: 'ko',
      centerId,
      date,
      ...(card === 'none' ? {} : { card: cards[card] }),
      quota: { customerKey: `person-${person}`, customerKind: 'person' },
    };
    const input = { ...request, fingerprint: JSON.stringify(request), ...(isFresh ? { isFresh } : {}) };
    void this.#ask('order', 'Order', orderId, 'place', input).then((answer) => {
      // A day later the key means another order, which these customers do not ask for.
      if (!answer || 'refused' in answer || 'isOver' in answer) return;
      const { placement } = answer.order as { placement: unknown };
      this.#promise(orderId, 'place', JSON.stringify(placement));
    });
  }

  #decide(order: number, decision: string): void {
    const ask = () =>
      this.#ask('reservation', 'Reservation', orderIdOf(order), 'decide', { decision, reason: 'why' });
    void ask().then((answer) => (answer && 'isDue' in answer ? ask() : undefined));
  }

  #order(order: number, service: ServiceName, type: string, method: string, input: object): void {
    const orderId = orderIdOf(order);
    void this.#ask(service, type, orderId, method, input).then((answer) => {
      if (method === 'cancel' && answer && !('refused' in answer)) this.#promise(orderId, 'cancel', '');
    });
  }

  // Law 5: the same request hears the same.
  #promise(orderId: string, did: string, answer: string): void {
    const key = `${orderId} ${did}`;
    const known = this.#promised.get(key);
    if (!known) this.#promised.set(key, { did, answer });
    else if (known.answer !== answer) this.#broken.push(`${did} of ${orderId} was answered in two ways`);
  }

  async #ask(
    service: ServiceName,
    type: string,
    id: string,
    method: string,
    input: object,
  ): Promise<Record<string, unknown> | undefined> {
    const path = `/actors/${type}/${id}/method/${method}`;
    try {
      const { status, body } = await this.network.clients.call(
        `${type}.${method}`,
        service,
        'PUT',
        path,
        input,
      );
      return status === 200 ? (body as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The date in Seoul, so many days from now. */
  #dateIn(days: number): string {
    return new Date(this.world.now + (9 * 60 + days * 24 * 60) * 60_000).toISOString().slice(0, 10);
  }
}

export function orderIdOf(order: number): string {
  return `01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a0${order}`;
}

const ordersWithKey = 3;
