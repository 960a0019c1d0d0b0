/** The whole configuration as Syncthing's REST interface writes it. Plain values. */

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** The body of GET and PUT /rest/config: Syncthing's names, of 1.19 and whatever of 2.x the configuration states. */
export interface ConfigJson {
  version: number;
  folders: JsonObject[];
  devices: JsonObject[];
  gui: JsonObject;
  ldap: JsonObject;
  options: JsonObject;
  remoteIgnoredDevices: JsonObject[];
  defaults: { folder: JsonObject; device: JsonObject; ignores: JsonObject };
}

/** No configuration goes deeper, and what works on values calls itself for each level. */
export const JSON_LEVELS_MAX = 32;

/** Whether objects and arrays lie in each other deeper than that. */
export function isDeeper(value: unknown, levels = JSON_LEVELS_MAX): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** Whether two values are the same; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  );
}
