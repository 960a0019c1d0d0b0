/** Device IDs in requests. */
import { parseDeviceId } from '../../domain/device-id.js';
import { messageOf } from '../../domain/errors.js';
import { HttpError } from './http-error.js';

/** The canonical ID. Throws HttpError with the status for what is none. */
export function knownDevice(id: string, status: number): string {
  try {
    return parseDeviceId(id);
  } catch (error) {
    throw new HttpError(status, messageOf(error));
  }
}
