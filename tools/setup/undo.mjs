const undoings = new Set();

/**
 * Runs `undo` when the set-up is stopped half-way, so that nothing half-made stays.
 * The function returned runs it now: for the ordinary end of the work.
 */
export function undoOnStop(undo) {
  undoings.add(undo);
  return () => {
    if (undoings.delete(undo)) undo();
  };
}

/** Newest first: what was made last stands on what was made before. */
export function undoAll() {
  for (const undo of [...undoings].reverse()) {
    undoings.delete(undo);
    undo();
  }
}
