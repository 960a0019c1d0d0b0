/** What a certificate says about who is at the far end. Reads the certificate; decides nothing. */
import { X509Certificate } from 'node:crypto';
import { deviceIdFromCertificate, fingerprint2013 } from '../../domain/device-id.js';
import { type Applicant } from './device-admission.js';

export function applicantOf(certificate: Uint8Array): Applicant {
  return {
    id: deviceIdFromCertificate(certificate),
    fingerprint: fingerprint2013(certificate),
    hasName: (name) => isMadeOutTo(certificate, name),
  };
}

/** By common name, which old certificates have alone, or by alternative name. False for what cannot be read. */
function isMadeOutTo(certificate: Uint8Array, name: string): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    const { subject } = parsed.toLegacyObject() as { subject?: { CN?: string | string[] } };
    const commonNames = [subject?.CN ?? []].flat();
    return commonNames.includes(name) || parsed.checkHost(name, { subject: 'never' }) !== undefined;
  } catch {
    return false;
  }
}
