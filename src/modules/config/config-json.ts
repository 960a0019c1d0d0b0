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
