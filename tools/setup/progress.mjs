import { existsSync, readFileSync } from 'node:fs';

const TICK_MS = 5_000;
const HEAD_LINES = 8;
const TAIL_LINES = 30;

/** A step that can't go on: what failed, what a person can do about it and, where there is one, the log. */
export class SetupError extends Error {
  constructor(what, todo, log) {
    super(what);
    this.todo = todo;
    this.log = log;
  }
}

/** Tells what one step is doing: a line when it ends, and one every 5 s while it lasts. */
export class Progress {
  #title;
  #began = performance.now();
  #activity;
  #activityBegan;
  #timer;

  constructor(title) {
    this.#title = title;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** From now until the next call the step does this, e.g. "building daprd". A function is asked anew for each line. */
  doing(activity) {
    this.#activity = activity;
    this.#activityBegan = performance.now();
  }

  note(text) {
    console.log(`  ${text}`);
  }

  done(text) {
    this.stop();
    console.log(`· ${this.#title}: ${text} (${seconds(this.#began).toFixed(1)} s)`);
  }

  failed(error) {
    this.stop();
    console.error(`✗ ${this.#title}: ${error.message} (${seconds(this.#began).toFixed(1)} s)`);
    if (error.log && existsSync(error.log)) {
      for (const line of headAndTail(error.log)) console.error(`    ${line}`);
      console.error(`  Log: ${error.log}`);
    }
    if (error.todo) console.error(`  What to do: ${error.todo}`);
    else console.error(error.stack);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #tick() {
    if (!this.#activity) return;
    const text = typeof this.#activity === 'function' ? this.#activity() : this.#activity;
    console.log(`  … ${text}, ${Math.round(seconds(this.#activityBegan))} s`);
  }
}

function seconds(since) {
  return (performance.now() - since) / 1000;
}

/** Some commands say the reason first and end with a page of usage, most say it last. */
function headAndTail(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  if (lines.length <= HEAD_LINES + TAIL_LINES) return lines;
  return [...lines.slice(0, HEAD_LINES), '…', ...lines.slice(-TAIL_LINES)];
}
