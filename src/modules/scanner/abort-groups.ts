/**
 * Many waits on one signal with a single listener on it: a listener for each would make adding and removing them slow,
 * and Node warn of a leak.
 */
export class AbortGroups<T> {
  private readonly groups = new Map<AbortSignal, { members: Set<T>; stop: () => void }>();

  constructor(private readonly aborted: (member: T, reason: Error) => void) {}

  add(signal: AbortSignal, member: T): void {
    let group = this.groups.get(signal);
    if (group === undefined) {
      const members = new Set<T>();
      const onAbort = (): void => {
        this.groups.delete(signal);
        for (const each of members) this.aborted(each, signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      group = { members, stop: () => signal.removeEventListener('abort', onAbort) };
      this.groups.set(signal, group);
    }
    group.members.add(member);
  }

  remove(signal: AbortSignal, member: T): void {
    const group = this.groups.get(signal);
    if (group === undefined) return;
    group.members.delete(member);
    if (group.members.size > 0) return;
    group.stop();
    this.groups.delete(signal);
  }
}
