const recentMax = 100_000;

/**
 * Remembers in this process what was sent lately, for providers that can't tell a repeat themselves: a message
 * that is repeated is answered with the provider id of its first sending, or joins that one if it's still under way.
 */
export class RecentSends {
  private readonly underWay = new Map<string, Promise<string>>();
  private readonly providerIds = new Map<string, string>();

  constructor(private readonly max = recentMax) {}

  /** `send` hands the message over and resolves to the provider's id; a failure is not remembered. */
  once(messageId: string, send: () => Promise<string>): Promise<string> {
    const providerId = this.providerIds.get(messageId);
    if (providerId !== undefined) return Promise.resolve(providerId);
    const running = this.underWay.get(messageId);
    if (running) return running;
    const sending = this.sendAndRemember(messageId, send).finally(() => this.underWay.delete(messageId));
    this.underWay.set(messageId, sending);
    return sending;
  }

  private async sendAndRemember(messageId: string, send: () => Promise<string>): Promise<string> {
    const providerId = await send();
    this.providerIds.set(messageId, providerId);
    if (this.providerIds.size > this.max) {
      const [oldest] = this.providerIds.keys();
      if (oldest !== undefined) this.providerIds.delete(oldest);
    }
    return providerId;
  }
}
