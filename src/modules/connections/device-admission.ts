/**
 * Who may stay after Hello. Pure. Rules of the Syncthing network: a device is its certificate's hash, must be
 * configured and not paused, and its certificate must carry the expected name (`syncthing` unless configured).
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type DeviceSettings } from '../config/settings.js';
import { isAllowedNetwork } from './networks.js';

/** The name stock peers put into their certificates and insist on. */
export const DEFAULT_CERT_NAME = 'syncthing';

export interface Applicant {
  readonly id: DeviceId;
  /** Of the certificate, as in 2013. */
  readonly fingerprint: string;
  /** True when the certificate is made out to the name. */
  readonly hasName: (name: string) => boolean;
  /** Where it comes from, without port; absent where the network has no IPs. */
  readonly ip?: string;
}

export type Admission =
  | { readonly verdict: 'accepted'; readonly device: DeviceSettings; readonly learned: boolean }
  | { readonly verdict: 'refused'; readonly kind: Refusal; readonly reason: string };

export type Refusal =
  'self' | 'unknown' | 'paused' | 'blocked' | 'certificate name' | 'network' | 'unexpected';

/** The entry for the applicant: by its ID, else by its 2013 fingerprint where no ID is known yet. */
export function entryFor(
  applicant: Pick<Applicant, 'id' | 'fingerprint'>,
  devices: readonly DeviceSettings[],
): DeviceSettings | undefined {
  return (
    devices.find((device) => device.id === applicant.id) ??
    devices.find((device) => device.id === '' && device.fingerprint === applicant.fingerprint)
  );
}

/** `learned` in the answer: the entry had only a fingerprint; the ID is to be remembered. */
export function admit(
  applicant: Applicant,
  ownId: DeviceId,
  devices: readonly DeviceSettings[],
): Admission {
  if (applicant.id === ownId) return refused('self', 'the address leads back to this device');
  const device = entryFor(applicant, devices);
  if (device === undefined) return refused('unknown', 'the device is not configured here');
  if (device.blockedBy !== '') return refused('blocked', device.blockedBy);
  if (device.paused) return refused('paused', 'the device is paused here');
  if (applicant.ip !== undefined && !isAllowedNetwork(applicant.ip, device.allowedNetworks ?? [])) {
    return refused('network', `${applicant.ip} is not in the networks allowed for the device`);
  }
  const name = device.certName || DEFAULT_CERT_NAME;
  if (!applicant.hasName(name)) {
    return refused('certificate name', `the certificate is not made out to "${name}"`);
  }
  return {
    verdict: 'accepted',
    device: { ...device, id: applicant.id },
    learned: device.id === '',
  };
}

function refused(kind: Refusal, reason: string): Admission {
  return { verdict: 'refused', kind, reason };
}
