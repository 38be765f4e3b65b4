import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { CannotStart } from './config';

/**
 * Makes room for a listener on the Unix socket: its folder exists, and what a killed process left is removed.
 *
 * @throws {CannotStart} when another process listens on it, or when the path is taken by something else.
 */
export async function claimSocket(socketPath: string): Promise<void> {
  await mkdir(dirname(socketPath), { recursive: true });
  const stats = await lstat(socketPath).catch(() => undefined);
  if (!stats) return;
  if (!stats.isSocket()) {
    throw new CannotStart(`${socketPath} exists and is not a socket: remove it or change SMS_SOCKET.`);
  }
  if (await isAnswered(socketPath)) {
    throw new CannotStart(`Another process already serves ${socketPath}: stop it or change SMS_SOCKET.`);
  }
  await unlink(socketPath);
}

/** Only the binding's own user may send messages. */
export function restrictSocket(socketPath: string): Promise<void> {
  return chmod(socketPath, 0o600);
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}
