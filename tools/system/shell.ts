import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/** A command as it can be pasted into a POSIX shell. */
export function shellCommand(words: readonly string[], env: Record<string, string | undefined> = {}): string {
  const settings = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${shellWord(value)}`],
  );
  return [...settings, ...words.map(shellWord)].join(' ');
}

export function shellWord(text: string): string {
  return /^[\w./:=@%,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A file for `. FILE`. Only for this user: an address may hold a password. */
export function writeEnvFile(file: string, env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

/** A path as a person in this folder would write it. `.` wants a slash in the name of a file. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near || '.';
}
