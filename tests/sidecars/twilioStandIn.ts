import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer as createApi } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface TwilioRequest {
  /** Method and whole address, as the sender wrote it. */
  line: string;
  authorization: string | undefined;
  contentType: string | undefined;
  form: Record<string, string>;
}

export interface TwilioStandIn {
  /** For the process that is to find this server at Twilio's address. */
  env: { HTTPS_PROXY: string; SSL_CERT_FILE: string };
  requests: TwilioRequest[];
  /** What it answers from now on; a status of 0 is no answer at all. */
  answer(status: number, body: object): void;
  close(): Promise<void>;
}

const twilioHost = 'api.twilio.com';
const run = promisify(execFile);

/**
 * Stands where Twilio's API is. Its address is fixed in the binding, so the sidecar is led here by the means that any
 * Go program honours: a proxy that connects this address, and no other, to the stand-in, whose certificate the sidecar
 * trusts for the length of the test. Nothing leaves this machine.
 */
export async function startTwilioStandIn(folder: string): Promise<TwilioStandIn> {
  const { keyFile, certFile } = await makeCertificate(folder);
  const requests: TwilioRequest[] = [];
  let answering = { status: 201, body: {} };

  const tls = { key: await readFile(keyFile), cert: await readFile(certFile) };
  const api = createApi(tls, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push({
      line: `${request.method} https://${request.headers.host}${request.url}`,
      authorization: request.headers.authorization,
      contentType: request.headers['content-type'],
      form: Object.fromEntries(new URLSearchParams(body)),
    });
    if (answering.status === 0) return;
    response.writeHead(answering.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answering.body));
  });

  const proxy = createProxy((_request, response) => response.writeHead(502).end());
  proxy.on('connect', ({ url }, socket) => {
    socket.on('error', () => socket.destroy());
    if (url !== `${twilioHost}:443`) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    return api.emit('connection', socket);
  });
  const sockets = new Set<Socket>();
  proxy.on('connection', (socket) => sockets.add(socket));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;

  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, SSL_CERT_FILE: certFile },
    requests,
    answer(status, body) {
      answering = { status, body };
    },
    async close() {
      proxy.close();
      // A server lets go of the connections that it was asked to tunnel.
      for (const socket of sockets) socket.destroy();
      await once(proxy, 'close');
    },
  };
}

async function makeCertificate(folder: string): Promise<{ keyFile: string; certFile: string }> {
  const keyFile = join(folder, 'twilio-key.pem');
  const certFile = join(folder, 'twilio-cert.pem');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${twilioHost}`, '-addext', `subjectAltName=DNS:${twilioHost}`],
    ...['-keyout', keyFile, '-out', certFile],
  ]).catch((cause) => {
    throw new Error(`the test of bindings.twilio.sms needs openssl to make a certificate.\n${cause}`, {
      cause,
    });
  });
  return { keyFile, certFile };
}
