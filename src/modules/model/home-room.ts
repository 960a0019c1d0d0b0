/**
 * The room on the disk of the home, where the index grows with all that is pulled: with too little of it no folder
 * pulls, so that there is some left for what cannot wait. Scans, answers and what others announce go on.
 */
import { DEFAULT_ROOM_LIMIT, roomProblem, type RoomLimit } from '../../domain/room.js';
import { spaceAt } from '../../platform/disk-space.js';

/** How often the disk is looked at while folders wait for room. */
export const HOME_LOOK_INTERVAL_MS = 5_000;

export interface HomeSettings {
  /** Absolute path. */
  readonly home: string;
  readonly minHomeDiskFree?: RoomLimit;
}

/** Why nothing may be pulled; '' when it may, and where the system does not tell. */
export async function homeProblem(settings: HomeSettings): Promise<string> {
  const { home, minHomeDiskFree: limit = DEFAULT_ROOM_LIMIT } = settings;
  if (!(limit.value > 0)) return '';
  const space = await spaceAt(home).catch(() => undefined);
  if (space === undefined) return '';
  const problem = roomProblem(space, limit, 0, 'minHomeDiskFree');
  return problem === undefined ? '' : `insufficient space for the index at ${home}: ${problem}`;
}

/** Whether one folder may pull, and why not. */
export class HomeGate {
  /** As at the last look; '' when it may pull. */
  problem = '';

  constructor(
    private readonly folder: string,
    private readonly look: () => Promise<string>,
    private readonly log: { info(message: string): void; warn(message: string): void },
  ) {}

  async mayPull(): Promise<boolean> {
    const before = this.problem;
    this.problem = await this.look();
    if (this.problem !== '' && before === '') {
      this.log.warn(`Folder ${this.folder} pulls nothing: ${this.problem}`);
    } else if (this.problem === '' && before !== '') {
      this.log.info(`Folder ${this.folder} pulls again`);
    }
    return this.problem === '';
  }
}
