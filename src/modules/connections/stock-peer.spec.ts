import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectedNode } from '../../../test/contracts/connected-node.js';
import { testCertificate } from '../../../test/contracts/test-certificate.js';
import { freePort } from '../../../test/support/free-port.js';
import { hasStock, StockNode } from '../../../test/support/stock-node.js';
import { until } from '../../../test/support/wait.js';
import { SystemClock } from '../../platform/clock.js';
import { TcpTransport } from './tcp-transport.js';

jest.setTimeout(60_000);

/** Longer than it takes both sides to see and settle a second connection. */
const SETTLED_MS = 1500;

(hasStock() ? describe : describe.skip)('a stock Syncthing as the peer', () => {
  let base: string;
  let stock: StockNode;
  let node: ConnectedNode;
  let address: string;

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-stock-'));
    fs.mkdirSync(join(base, 'folder', '.stfolder'), { recursive: true });
    stock = await StockNode.create(join(base, 'home'));
    const certificate = await testCertificate();
    node = new ConnectedNode(certificate, new TcpTransport(certificate, new SystemClock()));
    address = `tcp://127.0.0.1:${await freePort()}`;
  });

  afterEach(async () => {
    await node.stop();
    await stock.stop();
    node.calls.length = 0;
    node.logged.length = 0;
  });

  afterAll(() => fs.rmSync(base, { recursive: true }));

  async function stockStarts(peerAddress: string): Promise<void> {
    const peers = [{ id: node.id, address: peerAddress }];
    stock.configure({ folderPath: join(base, 'folder'), peers });
    await stock.start();
  }

  async function areJoined(): Promise<void> {
    await node.until(() => node.calls.includes(`config ${stock.id}`));
    await until('the stock node is connected', () => stock.isConnectedTo(node.id));
  }

  it('is connected when we dial', async () => {
    await stockStarts('dynamic');
    await node.start({ devices: [{ id: stock.id, addresses: [stock.address] }] });
    await areJoined();
    expect(node.devices.get(stock.id)?.clientName).toBe('syncthing');
    expect(stock.log).toContain('"syncnest v');
  });

  it('is connected when it dials', async () => {
    await node.start({ devices: [{ id: stock.id }], listenAddresses: [address] });
    await stockStarts(address);
    await areJoined();
    expect(stock.log).toContain('TLS1.3');
  });

  it('keeps one connection with us when both dial, whoever is first', async () => {
    for (const isStockFirst of [true, false]) {
      const start = (): Promise<void> =>
        node.start({
          devices: [{ id: stock.id, addresses: [stock.address] }],
          ...{ listenAddresses: [address], reconnectIntervalS: 1 },
        });
      if (isStockFirst) await stockStarts(address);
      await start();
      if (!isStockFirst) await stockStarts(address);
      await areJoined();
      const kept = node.devices.get(stock.id);
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      expect(node.devices.get(stock.id)).toBe(kept);
      expect(await stock.isConnectedTo(node.id)).toBe(true);
      await node.stop();
      await stock.stop();
      node.calls.length = 0;
    }
  });

  it('is refused after Hello while it is unknown, with its name remembered', async () => {
    await node.start({ devices: [], listenAddresses: [address] });
    await stockStarts(address);
    await node.until(() => node.pending.length > 0);
    expect(node.pending).toMatchObject([{ device: stock.id, name: 'stock' }]);
    expect(node.countLogged(`Refused unknown device ${stock.id}`)).toBe(1);
    // It takes itself for connected until it hears that we are not.
    await until('it knows that it is refused', async () => !(await stock.isConnectedTo(node.id)));
  });
});
