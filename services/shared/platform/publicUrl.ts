import { isIP } from 'node:net';
import type { Request } from 'express';

/**
 * The address that the caller used, for absolute links, whatever proxies lie between. Only a proxy on this machine, such
 * as the sidecar, is believed about it, and nothing that is no host name finds its way into a link.
 */
export function publicBaseUrl(req: Request): string {
  const key = `${publicProtocol(req)} ${req.host} ${req.get('host')}`;
  const known = origins.get(key);
  if (known) return known;
  const named = [req.host, req.get('host')].find((host) => host !== undefined && isHost(host));
  const { origin } = new URL(`${publicProtocol(req)}://${named ?? 'localhost'}`);
  // Anybody may send any name.
  if (origins.size >= originsMax) origins.clear();
  origins.set(key, origin);
  return origin;
}

// By how a request names it; nearly all name it the same.
const origins = new Map<string, string>();
const originsMax = 64;

/** `X-Forwarded-Proto` is free text; links know two protocols. */
export function publicProtocol(req: Request): 'http' | 'https' {
  return req.protocol === 'https' ? 'https' : 'http';
}

/**
 * The address of the client that the gateway saw. A service's own peer is its sidecar, and the sidecars append where
 * they are to `X-Forwarded-For`: the gateway, which lets no caller write that header, wrote its first entry.
 */
export function callerAddress(req: Request): string {
  const trusts = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
  const peer = req.socket.remoteAddress ?? '';
  const first = trusts(peer, 0) ? req.get('x-forwarded-for')?.split(',')[0]?.trim() : undefined;
  return plainAddress(first && isIP(first) ? first : peer);
}

/** The same, at the edge: what the nearest proxy that is to be believed says of its own peer. */
export function clientAddress(req: Request): string {
  const { ip = '' } = req;
  return plainAddress(isIP(ip) ? ip : (req.socket.remoteAddress ?? ''));
}

// How a socket for both families writes an IPv4 address.
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isHost(text: string): boolean {
  return /^([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(text) && URL.canParse(`http://${text}`);
}
