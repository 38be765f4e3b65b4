import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How to prepare for a checkup, as the centre wrote it. */
export interface Guide {
  guideId: string;
  title: string;
  text: string;
  updatedAt: string;
}

export interface GuideStore {
  /** The latest write holds. */
  put(guide: Guide): Promise<void>;
  get(guideId: string): Promise<Guide | undefined>;
  /** Sorted by their ids. */
  ids(): Promise<string[]>;
}

/** Keeps each guide as a file of a folder that all instances share, so what one was given each of them serves. */
export function createGuideStore(folder: string): GuideStore {
  const fileOf = (guideId: string) => join(folder, `${guideId}${ending}`);
  return {
    async put(guide) {
      await mkdir(folder, { recursive: true });
      await replaceFile(fileOf(guide.guideId), JSON.stringify(guide));
    },
    async get(guideId) {
      const text = await whereThereIs(readFile(fileOf(guideId), 'utf8'));
      return text === undefined ? undefined : (JSON.parse(text) as Guide);
    },
    async ids() {
      const names = (await whereThereIs(readdir(folder))) ?? [];
      return names.flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : [])).sort();
    },
  };
}

const ending = '.json';

/** A reader finds the old file or the new one, and after a power cut too. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  try {
    const handle = await open(fresh, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** What is read, or undefined where nothing is. */
export async function whereThereIs<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
