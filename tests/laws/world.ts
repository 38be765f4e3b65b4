import type { MessageRow } from '../../services/notification/domain/messages';
import type { MyPage } from '../../services/notification/domain/myPage';
import type { ChargeRecord } from '../../services/payment/provider/provider';
import type { StampedEvent } from '../../services/shared/platform/actorHost/definition';
import type { Envelope } from '../../services/shared/platform/actorHost/envelope';
import { instantLaws } from './instantLaws';
import type { Plant } from './plants';
import { Schedule } from './schedule';

export const services = ['order', 'payment', 'reservation', 'notification'] as const;
export type ServiceName = (typeof services)[number];

/** A message that a service has not taken in yet. */
export interface Delivery {
  service: ServiceName;
  topic: string;
  event: string;
  notBefore: number;
  isUnderWay: boolean;
}

export interface StoredActor {
  json: string;
  etag: number;
}

/** Friday, six in the morning in Seoul. */
const begin = Date.parse('2026-11-19T21:00:00.000Z');

/** All that outlives every process: stores, reminders, broker, the card company, the SMS provider, and time. */
export class World {
  now = begin;
  readonly schedule = new Schedule();
  /** By `service/type/id`. */
  readonly stored = new Map<string, StoredActor>();
  readonly reminders = new Map<string, { dueAt: number; periodMs: number | undefined }>();
  readonly undelivered = new Set<Delivery>();
  /** By event id. */
  readonly published = new Map<string, string>();
  readonly charges = new Map<string, ChargeRecord>();
  readonly pages = new Map<string, string>();
  readonly rows = new Map<string, Map<string, string>>();
  readonly due = new Map<string, number>();
  /** Message ids in the order in which the SMS provider first heard of them. */
  readonly sent: string[] = [];
  readonly lists = new Map<string, Map<string, { version: number; doc: string | undefined }>>();
  /** Laws that were broken at some instant. */
  readonly broken: string[] = [];
  #ids = 0;

  constructor(readonly plant: Plant = {}) {}

  /** As UUIDv7, from the time here and a counter. */
  newId = (): string => {
    this.#ids += 1;
    const time = this.now.toString(16).padStart(12, '0');
    const count = this.#ids.toString(16).padStart(8, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.slice(0, 3)}-8${count.slice(3, 6)}-${count.slice(6)}0000000000`;
  };

  clock = (): Date => new Date(this.now);

  write(key: string, value: Envelope<unknown>, etag: string | undefined): boolean {
    const before = this.stored.get(key);
    const isStale = etag !== undefined && before !== undefined && String(before.etag) !== etag;
    if (isStale && !this.plant.noFence) return false;
    const json = JSON.stringify(value);
    this.stored.set(key, { json, etag: (before?.etag ?? 0) + 1 });
    this.broken.push(...instantLaws(this, key, before?.json, json));
    return true;
  }

  state<State>(key: string): State | undefined {
    const stored = this.stored.get(key);
    return stored && (JSON.parse(stored.json) as Envelope<State>).state;
  }

  /** The states of all actors of a type, by id. */
  states<State>(service: ServiceName, type: string): Map<string, State> {
    const prefix = `${service}/${type}/`;
    const found = new Map<string, State>();
    for (const key of this.stored.keys()) {
      if (key.startsWith(prefix)) found.set(key.slice(prefix.length), this.state<State>(key) as State);
    }
    return found;
  }

  publish(topic: string, event: StampedEvent, subscribers: readonly ServiceName[]): void {
    const json = JSON.stringify(event);
    const known = this.published.get(event.eventId);
    if (known !== undefined && known !== json) this.broken.push(`${event.eventId} was told in two ways`);
    this.published.set(event.eventId, json);
    for (const service of subscribers) {
      this.undelivered.add({ service, topic, event: json, notBefore: this.now, isUnderWay: false });
    }
  }

  page(orderId: string): MyPage | undefined {
    const page = this.pages.get(orderId);
    return page === undefined ? undefined : (JSON.parse(page) as MyPage);
  }

  messages(orderId: string): MessageRow[] {
    const rows = [...(this.rows.get(orderId)?.values() ?? [])].map((row) => JSON.parse(row) as MessageRow);
    return rows.sort((a, b) => numberOf(a.messageId) - numberOf(b.messageId));
  }
}

export function numberOf(messageId: string): number {
  return Number(messageId.slice(messageId.lastIndexOf('.') + 1));
}
