import type { CenterCalendar, Conflict } from '../../shared/contracts/calendar';
import { type Refusal, refuse } from '../../shared/contracts/refusals';

/** When a centre can be booked: as it was set up, until somebody edits it. */
export type CalendarState =
  | { readonly status: 'standard' }
  | (PresentCalendar & {
      readonly status: 'edited';
      /** How often those who have to leave were seen to again; each such turn has to be told from the last. */
      readonly rounds: number;
    });

export type EditedCalendar = Extract<CalendarState, { status: 'edited' }>;

/** A calendar as it stands. The one that was set up has version 0; every change counts one on. */
export interface PresentCalendar {
  readonly version: number;
  readonly calendar: CenterCalendar;
  /** Whose bookings were given up for this calendar and are not cancelled yet. */
  readonly leaving: readonly Leaving[];
}

export interface Leaving {
  orderId: string;
  /** What its customer is told. */
  reason: string;
}

/** What a caller believes to be changing: a version that it read, whatever is there, or nothing. */
export type Precondition =
  | { kind: 'versions'; versions: readonly number[] }
  | { kind: 'present' }
  | { kind: 'absent' };

export const unedited: CalendarState = { status: 'standard' };

/** `standard` is what the centre was set up with, if it was. */
export function presentCalendar(
  state: CalendarState,
  standard: CenterCalendar | undefined,
): PresentCalendar | undefined {
  if (state.status === 'edited') return state;
  return standard && { version: 0, calendar: standard, leaving: [] };
}

/** Why a change is not taken from who believes this; undefined if it is. */
export function checkPrecondition(
  present: PresentCalendar | undefined,
  precondition: Precondition,
): Refusal<'calendar_not_found' | 'precondition_failed'> | undefined {
  switch (precondition.kind) {
    case 'absent':
      return present && refuse('precondition_failed');
    case 'present':
      return present ? undefined : refuse('calendar_not_found');
    case 'versions':
      if (!present) return refuse('calendar_not_found');
      return precondition.versions.includes(present.version) ? undefined : refuse('precondition_failed');
  }
}

/**
 * The next calendar, if nobody loses a seat by it without a reason that was given. `conflicts` are the bookings that it
 * has no room for; those that were given up before need no new reason, and those that it has room for again may stay.
 */
export function replaceCalendar(
  present: PresentCalendar | undefined,
  {
    calendar,
    conflicts,
    reason,
  }: { calendar: CenterCalendar; conflicts: readonly Conflict[]; reason?: string | undefined },
): EditedCalendar | Refusal<'calendar_conflicts'> {
  const reasons = new Map(present?.leaving.map((each) => [each.orderId, each.reason]));
  const unforeseen = conflicts.filter(({ orderId }) => !reasons.has(orderId));
  if (unforeseen.length > 0 && reason === undefined) {
    return refuse('calendar_conflicts', { conflicts: unforeseen });
  }
  const leaving = [...new Set(conflicts.map(({ orderId }) => orderId))].map((orderId) => ({
    orderId,
    reason: reasons.get(orderId) ?? reason ?? '',
  }));
  return { status: 'edited', version: (present?.version ?? 0) + 1, calendar, leaving, rounds: 0 };
}

/** These have left. A word from under an earlier calendar says nothing about who has to leave for this one. */
export function haveLeft(state: CalendarState, version: number, orderIds: readonly string[]): CalendarState {
  if (state.status === 'standard' || state.version !== version) return state;
  const leaving = state.leaving.filter(({ orderId }) => !orderIds.includes(orderId));
  return leaving.length === state.leaving.length ? state : { ...state, leaving };
}
