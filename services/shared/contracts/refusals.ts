/**
 * Every refusal that a caller can meet: its code, HTTP status and text. A rule that says no returns one of these
 * codes as a value; only here does it become HTTP.
 */
export type Language = 'ko' | 'en';

interface RefusalText {
  status: number;
  ko: string;
  en: string;
}

export const refusalTable = {
  body_malformed: {
    status: 400,
    ko: '요청 본문이 올바른 JSON이 아닙니다.',
    en: 'The request body is not valid JSON.',
  },
  value_invalid: {
    status: 422,
    ko: '입력값이 올바르지 않습니다. errors에 적힌 항목을 고쳐 주세요.',
    en: 'Some values are not acceptable. Mend the fields listed in errors.',
  },
  not_found: { status: 404, ko: '찾을 수 없습니다.', en: 'There is no such thing here.' },
  method_not_allowed: {
    status: 405,
    ko: '허용되지 않는 메서드입니다.',
    en: 'This method is not allowed here.',
  },
  not_acceptable: {
    status: 406,
    ko: '이 API는 application/hal+json 또는 application/json으로만 답합니다. Accept 헤더를 고쳐 주세요.',
    en: 'This API answers application/hal+json or application/json only. Mend the Accept header.',
  },
  body_too_large: { status: 413, ko: '요청 본문이 너무 큽니다.', en: 'The request body is too large.' },
  url_too_long: {
    status: 414,
    ko: '주소의 검색 조건이 너무 깁니다.',
    en: 'The query of this address is too long.',
  },
  media_type_unsupported: {
    status: 415,
    ko: 'Content-Type은 application/json이어야 합니다.',
    en: 'Content-Type must be application/json.',
  },
  app_token_invalid: {
    status: 401,
    ko: '이 서비스는 게이트웨이를 통해서만 부를 수 있습니다.',
    en: 'This service is reached through the gateway only.',
  },
  guide_not_found: { status: 404, ko: '안내문을 찾을 수 없습니다.', en: 'There is no guide with this name.' },
  center_profile_not_found: {
    status: 404,
    ko: '검진 센터 안내가 아직 없습니다.',
    en: 'The centre has told nothing about itself yet.',
  },
  order_not_found: { status: 404, ko: '주문을 찾을 수 없습니다.', en: 'There is no order with this id.' },
  payment_not_found: { status: 404, ko: '결제를 찾을 수 없습니다.', en: 'There is no payment with this id.' },
  reservation_not_found: {
    status: 404,
    ko: '예약을 찾을 수 없습니다.',
    en: 'There is no reservation with this id.',
  },
  mypage_not_found: {
    status: 404,
    ko: '아직 표시할 내용이 없습니다.',
    en: 'My page has nothing to show for this id yet.',
  },
  order_type_unknown: {
    status: 422,
    ko: '그런 검진 종류는 없습니다.',
    en: 'There is no such package.',
  },
  center_unknown: { status: 422, ko: '그런 검진 센터는 없습니다.', en: 'There is no such centre.' },
  date_closed: {
    status: 409,
    ko: '그 날짜나 시간에는 검진을 하지 않습니다.',
    en: 'The centre is not open for booking then.',
  },
  slot_full: {
    status: 409,
    ko: '빈자리가 없습니다. 다른 날짜를 선택해 주세요.',
    en: 'No seat is free then. Please choose another date.',
  },
  person_limit_reached: {
    status: 409,
    ko: '한 사람이 가질 수 있는 예약 수를 넘었습니다.',
    en: 'This person already holds as many bookings as are allowed.',
  },
  idempotency_key_reused: {
    status: 422,
    ko: '같은 Idempotency-Key가 다른 내용의 요청에 이미 쓰였습니다.',
    en: 'This Idempotency-Key was already used with another body.',
  },
  idempotency_key_invalid: {
    status: 422,
    ko: 'Idempotency-Key는 1~255자의 ASCII 문자여야 합니다.',
    en: 'An Idempotency-Key must have 1 to 255 visible ASCII characters.',
  },
  card_number_invalid: {
    status: 422,
    ko: '카드 번호가 올바르지 않습니다.',
    en: 'The card number is not valid.',
  },
  payment_declined: { status: 402, ko: '결제가 거절되었습니다.', en: 'The payment was declined.' },
  price_mismatch: {
    status: 422,
    ko: '금액이 결제할 금액과 다릅니다.',
    en: 'The price differs from the amount due.',
  },
  payment_closed: {
    status: 409,
    ko: '결제 기한이 지났거나 취소된 주문입니다.',
    en: 'This payment is closed: the order expired or was ended.',
  },
  payment_already_made: {
    status: 409,
    ko: '이미 다른 방법으로 결제되었습니다.',
    en: 'This order was already paid in another way.',
  },
  order_ended: {
    status: 409,
    ko: '이미 취소되었거나 끝난 주문이라 바꿀 수 없습니다.',
    en: 'This order has ended and cannot be changed.',
  },
  visit_begun: {
    status: 409,
    ko: '검진 시간이 지났거나 이미 접수되어 바꿀 수 없습니다.',
    en: 'The time of the visit has come, so the order can no longer be changed.',
  },
  visit_not_due: {
    status: 409,
    ko: '검진일 전에는 할 수 없습니다.',
    en: 'This can be done only on the day of the visit or later.',
  },
  reservation_not_confirmed: {
    status: 409,
    ko: '아직 확정되지 않은 예약입니다.',
    en: 'This reservation is not confirmed yet.',
  },
  reservation_not_checked_in: {
    status: 409,
    ko: '아직 접수되지 않은 예약입니다.',
    en: 'This guest has not been checked in yet.',
  },
  reservation_already_confirmed: {
    status: 409,
    ko: '이미 확정된 예약은 거절할 수 없습니다. 취소해 주세요.',
    en: 'This reservation is confirmed already: cancel it instead.',
  },
  reservation_ended: {
    status: 409,
    ko: '이미 끝난 예약이라 바꿀 수 없습니다.',
    en: 'This reservation has ended and cannot be changed.',
  },
  request_in_flight: {
    status: 409,
    ko: '같은 Idempotency-Key의 요청을 아직 처리하고 있습니다. 잠시 후 다시 보내 주세요.',
    en: 'A request with this Idempotency-Key is still being handled. Please send it again shortly.',
  },
  cancellation_not_found: {
    status: 404,
    ko: '취소 내역을 찾을 수 없습니다.',
    en: 'There is no cancellation with this id.',
  },
  message_not_found: {
    status: 404,
    ko: '메시지를 찾을 수 없습니다.',
    en: 'There is no message with this id.',
  },
  message_not_failed: {
    status: 409,
    ko: '실패한 메시지만 다시 보낼 수 있습니다.',
    en: 'Only a message that failed can be sent again.',
  },
  calendar_not_found: {
    status: 404,
    ko: '이 검진 센터의 달력이 없습니다.',
    en: 'There is no calendar of this centre.',
  },
  calendar_conflicts: {
    status: 409,
    ko: '이 달력으로는 자리를 잃는 예약이 있습니다. conflicts를 확인하고, 취소하려면 force에 사유를 적어 주세요.',
    en: 'Under this calendar some bookings would have no seat: see conflicts. To cancel them, give the reason in force.',
  },
  precondition_required: {
    status: 428,
    ko: 'If-Match 헤더에 읽은 달력의 ETag를 적어 주세요.',
    en: 'Send If-Match with the ETag of the calendar that you read.',
  },
  precondition_failed: {
    status: 412,
    ko: '그 사이에 다른 사람이 바꾸었습니다. 다시 읽고 고쳐 주세요.',
    en: 'Somebody changed it meanwhile. Read it again, then change it.',
  },
  address_limit_reached: {
    status: 409,
    ko: '전화번호나 카드 없이 잡을 수 있는 예약 수를 넘었습니다. 전화번호를 적어 주세요.',
    en: 'As many bookings as are allowed without a phone or card stand from this address. Please give a phone number.',
  },
  cancel_unavailable: {
    status: 503,
    ko: '지금 결제에 연결할 수 없어 취소를 마치지 못했습니다. 취소되었는지는 확인하고 있으니, 예약 상태를 보시거나 잠시 후 다시 취소해 주세요. 두 번 환불되지는 않습니다.',
    en: 'Payment cannot be reached just now, so the cancellation is not finished. Whether it went through is being found out: look at your booking, or cancel again shortly. Nothing is refunded twice.',
  },
  move_unavailable: {
    status: 503,
    ko: '지금 결제에 연결할 수 없어 예약을 옮기지 못했습니다. 원래 자리는 그대로 있습니다. 잠시 후 다시 시도해 주세요.',
    en: 'Payment cannot be reached just now, so the booking was not moved. Its seat stands. Please try again shortly.',
  },
  payment_unavailable: {
    status: 503,
    ko: '지금 결제가 몰려 처리하지 못했습니다. 예약도 청구도 되지 않았습니다. 잠시 후 다시 시도해 주세요.',
    en: 'Payment is overloaded just now. Nothing was reserved and nothing charged. Please try again shortly.',
  },
  booking_overloaded: {
    status: 503,
    ko: '지금 예약이 몰려 이 요청은 시작하지 못했습니다. 잠시 후 같은 요청을 다시 보내 주세요.',
    en: 'So many are booking just now that this request was not begun. Please send the same request again shortly.',
  },
  service_unavailable: {
    status: 503,
    ko: '지금 처리할 수 없습니다. 잠시 후 같은 요청을 다시 보내 주세요.',
    en: 'This cannot be handled just now. Please send the same request again shortly.',
  },
  internal_error: {
    status: 500,
    ko: '서버에서 오류가 났습니다. 다시 시도해도 같으면 문의해 주세요.',
    en: 'Something went wrong here. If it happens again, please tell us.',
  },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof refusalTable;

/** A rule's "no", as a value. `facts` are shown to the caller beside the text, so they hold nothing personal. */
export interface Refusal<Code extends RefusalCode = RefusalCode> {
  readonly refused: Code;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** After how many seconds it is worth trying again. */
  readonly retryAfterSeconds?: number;
  /** For so long, whoever asks the same would hear the same. */
  readonly forAllMs?: number;
  /** So many are enough to find out, after that, whether they still would; with `forAllMs` only. */
  readonly thenAskMax?: number;
  /** There is a line, and it is worth standing in it for so long; with `forAllMs` only. */
  readonly lineMs?: number;
}

export function refuse<Code extends RefusalCode>(
  code: Code,
  facts?: Record<string, unknown>,
  retryAfterSeconds?: number,
): Refusal<Code> {
  return {
    refused: code,
    ...(facts ? { facts } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}
