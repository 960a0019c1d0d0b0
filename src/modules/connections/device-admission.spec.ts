import { describe, expect, it } from '@jest/globals';
import { type DeviceSettings } from '../config/settings.js';
import { admit, type Applicant } from './device-admission.js';

const OWN = 'OWN';

function device(rest: Partial<DeviceSettings>): DeviceSettings {
  return {
    ...{ id: 'A', fingerprint: '', name: '', addresses: [], compression: 'metadata' },
    ...{ certName: '', paused: false, blockedBy: '', source: 'config.xml' },
    ...rest,
  } as DeviceSettings;
}

function applicant(rest: Partial<Applicant> = {}): Applicant {
  return { id: 'A', fingerprint: 'FA', hasName: (name) => name === 'syncthing', ...rest };
}

describe('admission', () => {
  it('takes a configured device whose certificate has the name of the network', () => {
    expect(admit(applicant(), OWN, [device({})])).toMatchObject({
      verdict: 'accepted',
      device: { id: 'A' },
      learned: false,
    });
  });

  it.each([
    ['self', applicant({ id: OWN }), device({ id: OWN })],
    ['unknown', applicant({ id: 'B' }), device({})],
    ['unknown', applicant({ id: 'B', fingerprint: 'FA' }), device({ fingerprint: 'FA' })],
    ['paused', applicant(), device({ paused: true })],
    ['blocked', applicant(), device({ blockedBy: 'allowedNetworks is not supported' })],
    ['certificate name', applicant(), device({ certName: 'other' })],
    ['certificate name', applicant({ hasName: () => false }), device({})],
  ])('refuses: %s', (kind, who, entry) => {
    expect(admit(who, OWN, [entry])).toMatchObject({ verdict: 'refused', kind });
  });

  it('goes by the configured certificate name where there is one', () => {
    const named = applicant({ hasName: (name) => name === 'my own' });
    expect(admit(named, OWN, [device({ certName: 'my own' })]).verdict).toBe('accepted');
  });

  it('knows a device of 2013 by its fingerprint and learns its ID', () => {
    const entry = device({ id: '', fingerprint: 'FA' });
    expect(admit(applicant(), OWN, [entry])).toMatchObject({
      verdict: 'accepted',
      device: { id: 'A', fingerprint: 'FA' },
      learned: true,
    });
    expect(admit(applicant({ fingerprint: 'FB' }), OWN, [entry])).toMatchObject({
      kind: 'unknown',
    });
  });
});
