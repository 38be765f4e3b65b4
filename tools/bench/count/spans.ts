import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that a service did for a while; instants are µs on one clock for all processes of the machine. */
export interface Span {
  kind: 'in' | 'out' | 'redis' | 'connection';
  /** Method and path, or a Redis command and its key. */
  what: string;
  id: string;
  /** What it was done for: a call, for the request that it became; a request, for all else. Empty where there is none. */
  within: string;
  begun: number;
  ended: number;
  service: string;
}

/** A span with what was done in it, across processes. */
export interface Step extends Span {
  /** Whether who asked for it got an answer only after it. */
  waitedFor: boolean;
  steps: Step[];
}

/** All that the probes of one system have written down. */
export function readSpans(dir: string): Span[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).flatMap((file) =>
    readFileSync(join(dir, file), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Span),
  );
}

/** What each request that `isRoot` names set off, in all processes. */
export function trees(spans: readonly Span[], isRoot: (span: Span) => boolean): Step[] {
  const children = new Map<string, Span[]>();
  for (const span of spans) {
    if (span.within === '') continue;
    const siblings = children.get(span.within);
    if (siblings) siblings.push(span);
    else children.set(span.within, [span]);
  }
  // A request may end a moment after the call that it was: its answer is with the caller by then.
  const grow = (span: Span, waitedFor: boolean): Step => ({
    ...span,
    waitedFor,
    steps: (children.get(span.id) ?? [])
      .sort((a, b) => a.begun - b.begun)
      .map((child) => grow(child, waitedFor && (child.kind === 'in' || child.ended <= span.ended))),
  });
  return spans.filter(isRoot).map((span) => grow(span, true));
}

export function* allOf(step: Step): Iterable<Step> {
  yield step;
  for (const each of step.steps) yield* allOf(each);
}
