/**
 * What followed links make of what the cluster wants: pure. A link that this machine's user made is never changed from
 * elsewhere, none is taken from elsewhere to where it would be followed, and of a stopped tree nothing is touched.
 */
import { topOf, type RootLinks } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import { type PullAction } from './pull-plan.js';

const NOTHING: PullAction = { kind: 'nothing' };

/** The item lies behind a link whose tree is stopped, or is such a link. */
export function isLeftAlone(name: string, { stopped }: RootLinks): boolean {
  return stopped.size > 0 && stopped.has(topOf(name));
}

export function protectLinks(action: PullAction, item: NeededItem, links: RootLinks): PullAction {
  const { name } = item.global;
  if (isLeftAlone(name, links)) return NOTHING;
  if (name.includes('/') || links.plain === undefined) return action;
  if (links.followed.has(name) && (action.kind === 'file' || action.kind === 'symlink')) {
    const what = action.kind === 'file' ? 'a file' : 'a link';
    return refusal(
      name,
      `others have ${what} of this name; here it is a link that is followed, which stays as it is`,
    );
  }
  if (action.kind !== 'symlink') return action;
  return refusal(
    name,
    'others have a link of this name; none is taken from them directly below a root whose links are followed',
  );
}

/** The items behind it may be deleted as the cluster says; the link stays. */
export function isFollowedLink(name: string, links: RootLinks): boolean {
  return links.followed.has(name);
}

function refusal(name: string, message: string): PullAction {
  return { kind: 'refuse', problem: { name, code: 'refused', message } };
}
