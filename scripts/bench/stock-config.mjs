/** The configuration of a stock node: its defaults, but for what would reach out of the machine. */
import { API_KEY } from './rest.mjs';

/** What costs a stock node most when it receives, turned off. */
const TUNED = '<disableFsync>true</disableFsync><caseSensitiveFS>true</caseSensitiveFS>';

/** @param peers {id, address}[] */
export function stockConfig(node, peers) {
  const off = ['globalAnnounceEnabled', 'localAnnounceEnabled', 'relaysEnabled', 'natEnabled'];
  off.push('crashReportingEnabled', 'setLowPriority', 'startBrowser');
  const devices = [{ id: node.id, address: 'dynamic' }, ...peers];
  const { isWatched, rescanS } = node.options;
  // What a folder leaves out is zero, not the default: a delay of 0 would turn watching off.
  const attributes =
    `type="sendreceive" rescanIntervalS="${rescanS}" fsWatcherEnabled="${isWatched}" ` +
    'fsWatcherDelayS="10" autoNormalize="true"';
  return `<configuration version="36">
<folder id="default" path="${node.root}" ${attributes}>
<minDiskFree unit="%">1</minDiskFree><versioning><cleanupIntervalS>3600</cleanupIntervalS></versioning>
${devices.map(({ id }) => `<device id="${id}"/>`).join('\n')}
<maxConflicts>10</maxConflicts>${node.kind === 'tuned' ? TUNED : ''}</folder>
${devices
  .map(
    ({ id, address }) =>
      `<device id="${id}" compression="metadata"><address>${address}</address></device>`,
  )
  .join('\n')}
<gui enabled="true"><address>127.0.0.1:${node.guiPort}</address><apikey>${API_KEY}</apikey></gui>
<options><listenAddress>tcp://${node.address}:${node.port}</listenAddress>
<urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
<reconnectionIntervalS>1</reconnectionIntervalS>
${off.map((key) => `<${key}>false</${key}>`).join('')}</options></configuration>`;
}
