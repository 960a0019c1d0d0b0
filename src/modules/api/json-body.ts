/** Bodies of requests, whatever type they claim to have: JSON. Pure. */
import { messageOf } from '../../domain/errors.js';
import { isDeeper, JSON_LEVELS_MAX, type JsonObject } from '../config/config-json.js';
import { isObject } from './config-edits.js';
import { HttpError } from './http-error.js';

/** Throws HttpError 400. */
export function jsonBody(body: unknown): unknown {
  const value = parsed(body);
  if (isDeeper(value)) {
    throw new HttpError(400, `body: expected at most ${JSON_LEVELS_MAX} levels`);
  }
  return value;
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '') as unknown;
  } catch (error) {
    throw new HttpError(400, `body: ${messageOf(error)}`);
  }
}

export function jsonObject(body: unknown): JsonObject {
  const value = jsonBody(body);
  if (!isObject(value)) throw new HttpError(400, 'body: expected an object');
  return value;
}

export function jsonObjects(body: unknown): JsonObject[] {
  const value = jsonBody(body);
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new HttpError(400, 'body: expected a list of objects');
  }
  return value;
}
