import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ComponentProperties } from './provider';

/** Keeps the settings of the last Init for the process that follows this one. */
export interface RememberedSettings {
  load(): Promise<ComponentProperties | undefined>;
  save(settings: ComponentProperties): Promise<void>;
}

const settingsOnDisk = z.record(z.string(), z.string());

/** Remembers settings in a JSON file that is replaced as a whole; an unreadable one counts as none. */
export function rememberedSettings(file: string): RememberedSettings {
  return {
    async load() {
      try {
        return settingsOnDisk.parse(JSON.parse(await readFile(file, 'utf8')));
      } catch {
        return undefined;
      }
    },

    async save(settings) {
      await mkdir(dirname(file), { recursive: true });
      const draft = `${file}.${process.pid}`;
      await writeFile(draft, JSON.stringify(settings), { mode: 0o600 });
      await rename(draft, file);
    },
  };
}
