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
  body_too_large: { status: 413, ko: '요청 본문이 너무 큽니다.', en: 'The request body is too large.' },
  media_type_unsupported: {
    status: 415,
    ko: 'Content-Type은 application/json이어야 합니다.',
    en: 'Content-Type must be application/json.',
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
  reservation_ended: {
    status: 409,
    ko: '이미 끝난 예약이라 바꿀 수 없습니다.',
    en: 'This reservation has ended and cannot be changed.',
  },
  payment_unavailable: {
    status: 503,
    ko: '지금 결제가 몰려 처리하지 못했습니다. 예약도 청구도 되지 않았습니다. 잠시 후 다시 시도해 주세요.',
    en: 'Payment is overloaded just now. Nothing was reserved and nothing charged. Please try again shortly.',
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
