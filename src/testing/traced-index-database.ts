/** The index database of a simulated machine, which tells of each change as it is asked for and as it is done. */
import {
  InThreadIndexDatabase,
  type InThreadParts,
} from '../modules/database/in-thread-index-database.js';
import {
  type ChangeArgs,
  type ChangeName,
  type ChangeResult,
} from '../modules/database/index-core.js';

export class TracedIndexDatabase extends InThreadIndexDatabase {
  constructor(
    parts: InThreadParts,
    private readonly tell: (call: string) => void,
  ) {
    super(parts);
  }

  protected override async change<M extends ChangeName>(
    method: M,
    ...args: ChangeArgs<M>
  ): Promise<ChangeResult<M>> {
    this.tell(method);
    const result = await super.change(method, ...args);
    this.tell(`${method} done`);
    return result;
  }
}
