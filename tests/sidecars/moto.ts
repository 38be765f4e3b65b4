import { type ChildProcess, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../tools/system/plan';
import { eventually, kill, type SmsLab } from './smsSupport';

/** moto's server, a Python process that behaves as Amazon SNS does and tells what it was asked. */
export interface Moto {
  endpoint: string;
  /** Starts it, empty, on the same port as before. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What reached phones, oldest first. */
  sentSms(): Promise<{ message_id: string; phone_number: string; message: string }[]>;
  /** The parameters of every request to SNS, restarts or not, oldest first. */
  requests(): Promise<Record<string, string>[]>;
}

export async function motoIn(lab: SmsLab): Promise<Moto> {
  const python = await motoPython();
  const [port] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const recording = join(lab.folder, 'moto-requests.jsonl');
  const env = { MOTO_ENABLE_RECORDING: 'true', MOTO_RECORDER_FILEPATH: recording };
  let server: ChildProcess | undefined;

  async function data() {
    const response = await fetch(`${endpoint}/moto-api/data.json`);
    return (await response.json()) as { sns?: { SMS?: Awaited<ReturnType<Moto['sentSms']>> } };
  }

  return {
    endpoint,

    async start() {
      const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
      server = lab.spawnLogged(python, args, env, 'moto');
      await eventually(data);
    },

    async stop() {
      if (server) await kill(server);
    },

    sentSms: async () => (await data()).sns?.SMS ?? [],

    async requests() {
      const lines = (await readFile(recording, 'utf8')).split('\n').filter((line) => line !== '');
      return lines
        .map((line): { url: string; body: string } => JSON.parse(line))
        .filter(({ url }) => !url.includes('/moto-api/'))
        .map(({ body }) => Object.fromEntries(new URLSearchParams(Buffer.from(body, 'base64').toString())));
    },
  };
}

const requirementsFile = join(__dirname, 'moto-requirements.txt');
const run = promisify(execFile);

/**
 * The Python of a venv with moto in it, in the cache that all clones share; installed if it isn't there yet.
 *
 * @throws Error that tells what is missing on this machine.
 */
export async function motoPython(): Promise<string> {
  const requirements = await readFile(requirementsFile, 'utf8');
  const [, version] = /^moto==(.+)$/m.exec(requirements) ?? [];
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 8);
  const venv = join(cacheFolder(), `moto-${version}-${digest}`);
  const python = join(venv, 'bin', 'python');
  if (!(await runs(python))) await install(venv);
  return python;
}

/** Under another name until it is whole: who finds the folder finds all of it. */
async function install(venv: string): Promise<void> {
  await mkdir(dirname(venv), { recursive: true });
  const draft = await mkdtemp(`${venv}.draft-`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirementsFile];
  try {
    await run('python3', ['-m', 'venv', draft]);
    await run(join(draft, 'bin', 'python'), pip);
    await putInPlace(draft, venv);
  } catch (cause) {
    throw new Error(
      `moto can't be set up: the tests of SMS provider sns need python3, 3.10 or later, with venv and pip.\n${cause}`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function putInPlace(draft: string, venv: string): Promise<void> {
  const python = join(venv, 'bin', 'python');
  // Its interpreter may have gone with an update of the system since.
  if (!(await runs(python))) await rm(venv, { recursive: true, force: true });
  await rename(draft, venv).catch(async (error) => {
    const anotherWasQuicker = await runs(python);
    if (!anotherWasQuicker) throw error;
  });
}

function runs(python: string): Promise<boolean> {
  return run(python, ['--version']).then(
    () => true,
    () => false,
  );
}

/** As tools/setup has it. */
function cacheFolder(): string {
  const { HEALTHCENTER_CACHE, XDG_CACHE_HOME } = process.env;
  return HEALTHCENTER_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'healthcenter');
}
