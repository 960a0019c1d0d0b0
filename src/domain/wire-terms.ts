/** Words of the network that settings and messages share. */
/** A device ID in its canonical text form: 8 dashed groups of 7 (device-id.ts). */
export type DeviceId = string;
/** What is compressed on the way to a device. */
export type Compression = 'metadata' | 'never' | 'always';
export type FolderType = 'sendreceive' | 'sendonly' | 'receiveonly' | 'receiveencrypted';
