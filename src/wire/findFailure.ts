import { isArray, isObject, numberOf, textOf, type JsonObject } from './json.ts';

/**
 * Finds the failure a JSON value reports, in any of the shapes in use: `{"error": {…}}`, `{"error": "…"}`, `{"errors": […]}`,
 * `{"detail": …}`, `{"message": …}`, `{"base_resp": {"status_code": …}}`, or a list that begins with one of these. `"error": null` reports
 * none. Looks at fixed places only: what is said may nest as deeply as its sender likes.
 */
export const findFailure = (value: unknown): unknown => {
  const object = isArray(value) ? value[0] : value;
  if (!isObject(object)) return undefined;
  const hasChoices = (object['choices'] ?? undefined) !== undefined;
  return errorIn(object, hasChoices) ?? responseIn(object) ?? complaintIn(object, hasChoices);
};

const errorIn = (object: JsonObject, hasChoices: boolean): unknown => {
  const error = isArray(object['error']) ? object['error'][0] : object['error'];
  // An empty object beside choices says as little as `null`.
  if (isObject(error)) return hasChoices && isEmpty(error) ? undefined : error;
  if (textOf(error) !== undefined || error === true) return object;
  return typeof error === 'number' && error !== 0 ? { message: object['message'], code: error } : undefined;
};

const responseIn = (object: JsonObject): JsonObject | undefined => {
  const response = object['base_resp'];
  if (!isObject(response) || (numberOf(response['status_code']) ?? 0) === 0) return undefined;
  return { message: response['status_msg'], code: response['status_code'] };
};

/** What calls itself an error, or has no choices and says what is wrong. */
const complaintIn = (object: JsonObject, hasChoices: boolean): unknown => {
  if (object['object'] === 'error' || object['type'] === 'error') return object;
  if (hasChoices) return undefined;
  if (isArray(object['errors']) && object['errors'].length > 0) return object['errors'][0] ?? undefined;
  const { detail } = object;
  return textOf(object['message']) !== undefined || (detail !== undefined && detail !== null) ? object : undefined;
};

const isEmpty = (object: JsonObject): boolean => {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
};
