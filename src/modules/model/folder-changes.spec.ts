import { settingsFor } from '../config/settings-for.js';
import { type FolderSettings, type Settings } from '../config/settings.js';
import { areSharesChanged, movedFolders, planFolderChanges } from './folder-changes.js';

const settingsOf = (...folders: Partial<FolderSettings>[]): Settings =>
  settingsFor({
    home: '/',
    devices: [],
    folders: folders.map((each) => ({ id: 'f', path: '/f', devices: ['A'], ...each })),
  });
const before = settingsOf({});

describe('a folder whose entry changed', () => {
  it.each<[string, Settings, object]>([
    ['not at all', settingsOf({}), {}],
    ['its label: nothing', settingsOf({ label: 'x' }), {}],
    ['its type: begins again', settingsOf({ type: 'sendonly' }), { restart: ['f'] }],
    ['its path: begins again', settingsOf({ path: '/g' }), { restart: ['f'] }],
    ['paused: ends', settingsOf({ paused: true }), { stop: ['f'] }],
    ['blocked: ends, and keeps its index', settingsOf({ blockedBy: 'x' }), { stop: ['f'] }],
    ['gone: ends, with its index', settingsOf(), { stop: ['f'], drop: ['f'] }],
    ['a new one: begins', settingsOf({}, { id: 'g' }), { start: ['g'] }],
    ['its devices: shared anew', settingsOf({ devices: [] }), { reshare: ['f'] }],
    ['its interval: goes on', settingsOf({ rescanIntervalS: 5 }), { reschedule: ['f'] }],
  ])('%s', (_, now, expected) => {
    const none = { stop: [], drop: [], start: [], restart: [], reschedule: [], reshare: [] };
    const plan = Object.entries(planFolderChanges(now, before)).map(([key, value]) => [
      key,
      (value as (string | FolderSettings)[]).map((each) =>
        typeof each === 'string' ? each : each.id,
      ),
    ]);
    expect(Object.fromEntries(plan)).toEqual({ ...none, ...expected });
  });

  it('gets a new index where its path leads to another directory, paused or not', () => {
    for (const paused of [false, true]) {
      const now = settingsOf({ path: '/g', paused });
      expect(movedFolders(now, before).map(({ id }) => id)).toEqual(['f']);
      expect(planFolderChanges(now, before, new Set(['f'])).drop).toEqual(['f']);
      expect(areSharesChanged('A', now, before)).toBe(true);
    }
  });

  it('is news only for the devices that it is shared with', () => {
    const now = settingsOf({ label: 'x' });
    expect(areSharesChanged('A', now, before)).toBe(true);
    expect(areSharesChanged('B', now, before)).toBe(false);
  });
});
