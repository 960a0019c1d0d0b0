/** What the guard has decided, and what passed lately, outlives the node. */
import { GuardMemory, forgetGuard } from './guard-memory.js';

describe('the memory of a guard', () => {
  const facts = new Map<string, string>();
  const database = {
    fact: (key: string) => Promise.resolve(facts.get(key)),
    setFact: (key: string, value: string) => {
      facts.set(key, value);
      return Promise.resolve();
    },
  };
  const peers = { held: { ABCDEFG: 5 }, approved: { HIJKLMN: 7 }, samples: [[1, 2]] as const };

  it('is the same after a restart, until the index of the folder is dropped', async () => {
    await new GuardMemory('f', database).change({ peers });
    expect(await new GuardMemory('f', database).get()).toEqual({ peers, scan: {} });
    expect((await new GuardMemory('other', database).get()).peers.held).toEqual({});
    await forgetGuard('f', database);
    expect((await new GuardMemory('f', database).get()).peers.held).toEqual({});
  });

  it('is as before where a change cannot be written', async () => {
    const setFact = (): Promise<void> => Promise.reject(new Error('full'));
    const memory = new GuardMemory('full', { ...database, setFact });
    await expect(memory.change({ peers })).rejects.toThrow('full');
    expect((await memory.get()).peers.approved).toEqual({});
  });
});
