;; What a sidecar makes of a call to its service that nobody answered: 502, and not 200 with nothing in it (decisions/0015).
;; It is set before the service is asked; the service's own status takes its place. `npm run build:no-answer` makes
;; no-answer.wasm of this.
(module
  (import "http_handler" "enable_features" (func $enable_features (param i32) (result i32)))
  (import "http_handler" "set_status_code" (func $set_status_code (param i32)))
  (memory (export "memory") 0)

  ;; 2: the answer is kept back until the service is done, so that a status can still be replaced.
  (func $keep_answers_back
    (drop (call $enable_features (i32.const 2))))
  (start $keep_answers_back)

  ;; 1: go on to the service.
  (func (export "handle_request") (result i64)
    (call $set_status_code (i32.const 502))
    (i64.const 1))

  (func (export "handle_response") (param $request_context i32) (param $is_error i32)))
