import { readFile } from 'node:fs/promises';
import { whereThereIs } from './guides';

/** What the centre says of itself, to be shown by whatever page there is. */
export interface CenterProfile {
  name?: string;
  telephone?: string;
  notices: string[];
}

/**
 * Reads the centre's properties file: UTF-8, one `key=value` a line, `#` or `!` before a remark. It is read for each
 * question, so an edit needs no restart. Undefined where there is no such file.
 */
export async function readCenterProfile(file: string): Promise<CenterProfile | undefined> {
  const text = await whereThereIs(readFile(file, 'utf8'));
  return text === undefined ? undefined : centerProfile(text);
}

export function centerProfile(text: string): CenterProfile {
  const properties = new Map(text.split(/\r?\n/).flatMap(property));
  const name = properties.get('center.name');
  const telephone = properties.get('center.telephone');
  const notices = [...properties]
    .flatMap(([key, value]) => {
      const number = /^notice\.(\d+)$/.exec(key)?.[1];
      return number === undefined || value === '' ? [] : [{ number: Number(number), value }];
    })
    .sort((a, b) => a.number - b.number)
    .map(({ value }) => value);
  return { ...(name ? { name } : {}), ...(telephone ? { telephone } : {}), notices };
}

function property(line: string): [string, string][] {
  const [, key, value] = /^\s*([^\s#!=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
  return key === undefined || value === undefined ? [] : [[key, value]];
}
