import { createHash } from 'node:crypto';
import { appendFile, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { maskedPhone } from './maskedPhone';
import {
  type ProviderOpener,
  type SmsMessage,
  type SmsProvider,
  SmsRefused,
  SmsUnavailable,
} from './provider';

/** One line of the file: what the phone would have shown, and when (UTC, ISO 8601). */
export interface LoggedSms extends SmsMessage {
  providerId: string;
  at: string;
}

const rememberedIdsMax = 100_000;
const ownerOnly = 0o600;
const misplacedFileCodes = ['EACCES', 'EISDIR', 'ENOTDIR', 'EPERM', 'EROFS'];
const loggedLine = z.object({ messageId: z.string() });

/**
 * Provider `log` stands in for a phone: each message becomes one JSON line ({@link LoggedSms}) at the end of
 * the file that the property `logFile` names.
 */
export const openLogProvider: ProviderOpener = (properties, { log, logFile: defaultLogFile }) => {
  const logFile = properties.logFile || defaultLogFile;
  if (!logFile) {
    throw new SmsRefused(
      'settings_unusable',
      'Provider log needs a file: set the metadata property logFile, or SMS_LOG_FILE for the binding itself.',
    );
  }
  return { provider: new LogProvider(logFile, log), settings: { logFile } };
};

/**
 * A message is in the file once, and on disk, when `send` answers, however often it is sent: the ids of the last
 * 100,000 messages are remembered, after a restart too.
 */
class LogProvider implements SmsProvider {
  readonly name = 'log';
  private readonly underWay = new Map<string, Promise<void>>();
  private sentIds: Promise<Set<string>> | undefined;

  constructor(
    private readonly file: string,
    private readonly log: Logger,
  ) {}

  async send(message: SmsMessage): Promise<{ providerId: string }> {
    const providerId = providerIdOf(message.messageId);
    await this.writeOnce({ ...message, providerId, at: new Date().toISOString() });
    return { providerId };
  }

  async check(): Promise<void> {
    try {
      await this.rememberedIds();
    } catch (cause) {
      const failure = this.failure(cause);
      if (!misplacedFileCodes.includes(codeOf(cause))) throw failure;
      throw new SmsRefused('settings_unusable', failure.message, { cause });
    }
  }

  private writeOnce(sms: LoggedSms): Promise<void> {
    const running = this.underWay.get(sms.messageId);
    if (running) return running;
    const writing = this.write(sms).finally(() => this.underWay.delete(sms.messageId));
    this.underWay.set(sms.messageId, writing);
    return writing;
  }

  private async write({ providerId, messageId, to, text, at }: LoggedSms): Promise<void> {
    try {
      if ((await this.rememberedIds()).has(messageId)) return;
      const line = JSON.stringify({ providerId, messageId, to, text, at } satisfies LoggedSms);
      await appendFile(this.file, `${line}\n`, { flush: true, mode: ownerOnly });
      remember(await this.rememberedIds(), messageId);
    } catch (cause) {
      throw this.failure(cause);
    }
    this.log.info({ provider: this.name, messageId, providerId, to: maskedPhone(to) }, 'SMS sent');
  }

  private rememberedIds(): Promise<Set<string>> {
    this.sentIds ??= readSentIds(this.file);
    return this.sentIds;
  }

  /** After a failure only the file itself knows what reached it, so the next call reads it again. */
  private failure(cause: unknown): SmsUnavailable {
    this.sentIds = undefined;
    return new SmsUnavailable(`The SMS log file ${this.file} can't be written (${codeOf(cause)}).`, {
      cause,
    });
  }
}

/** The same message meets the same id on every try, without a counter to keep. */
function providerIdOf(messageId: string): string {
  return `log-${createHash('sha256').update(messageId).digest('hex').slice(0, 24)}`;
}

async function readSentIds(file: string): Promise<Set<string>> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+', ownerOnly);
  try {
    await endTornLine(handle);
    // A process killed between write and flush left lines that are readable and may not be on disk yet.
    await handle.sync();
    const ids = new Set<string>();
    for await (const line of handle.readLines({ start: 0, autoClose: false })) {
      const messageId = messageIdOf(line);
      if (messageId !== undefined) remember(ids, messageId);
    }
    return ids;
  } finally {
    await handle.close();
  }
}

/** A crash in mid-line must not swallow the message that is appended next. */
async function endTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer.toString() !== '\n') await handle.appendFile('\n');
}

function messageIdOf(line: string): string | undefined {
  try {
    return loggedLine.safeParse(JSON.parse(line)).data?.messageId;
  } catch {
    return undefined;
  }
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause
    ? String(cause.code)
    : 'unknown error';
}

function remember(ids: Set<string>, messageId: string): void {
  ids.add(messageId);
  if (ids.size <= rememberedIdsMax) return;
  const [oldest] = ids;
  if (oldest !== undefined) ids.delete(oldest);
}
