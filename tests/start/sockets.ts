import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The addresses that any of these processes listens on, as `127.0.0.1:8080`. */
export function listeningAddresses(pids: number[]): string[] {
  return process.platform === 'linux' ? byProc(pids) : byLsof(pids);
}

function byProc(pids: number[]): string[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  return ['tcp', 'tcp6'].flatMap((table) => {
    const [, ...rows] = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n');
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      const isListening = state === '0A';
      return isListening && inodes.has(inode) ? [written(local)] : [];
    });
  });
}

function socketsOf(pid: number): string[] {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${dir}/${fd}`))?.[1] ?? [];
    } catch {
      // It was closed between the two looks.
      return [];
    }
  });
}

/** The kernel writes an IPv4 address as one number, lowest byte first; an IPv6 address is left as it is. */
function written(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const bytes = address.match(/../g) ?? [];
  const name =
    bytes.length === 4
      ? bytes
          .reverse()
          .map((byte) => Number.parseInt(byte, 16))
          .join('.')
      : address;
  return `${name}:${Number.parseInt(port, 16)}`;
}

function byLsof(pids: number[]): string[] {
  const args = ['-nP', '-a', '-p', pids.join(','), '-iTCP', '-sTCP:LISTEN', '-Fn'];
  const lines = execFileSync('lsof', args, { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.startsWith('n')).map((line) => line.slice(1));
}
