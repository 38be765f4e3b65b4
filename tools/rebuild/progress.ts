/** One line of the answer of `POST /mypages/rebuild`. */
interface Line {
  state: 'running' | 'done' | 'failed';
  reason?: string;
  [count: string]: number | string | undefined;
}

/**
 * Reads the lines of an answer as they come, and resolves to the totals of the last.
 *
 * @throws Error if the rebuild failed, or broke off before it said how it went.
 */
export async function readProgress(
  answer: Response,
  onProgress: (soFar: Record<string, number>) => void,
): Promise<Record<string, number>> {
  if (answer.status !== 200 || !answer.body) throw new Error(`notification answered ${answer.status}`);
  let unread = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    const lines = (unread + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    unread = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.state === 'failed') throw new Error(line.reason ?? 'no reason was given');
      if (line.state === 'done') return counts(line);
      onProgress(counts(line));
    }
  }
  throw new Error('the answer broke off before its end');
}

function counts({ state: _, reason: __, ...numbers }: Line): Record<string, number> {
  return numbers as Record<string, number>;
}
