/** Ties the node together: the order in which its parts start and stop. The only lifecycle hooks of the node. */
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Randomness } from './platform/randomness.js';
import { CertService } from './modules/cert/cert.service.js';
import { ConfigurationService } from './modules/config/configuration.service.js';
import { SettingsService } from './modules/config/settings.service.js';
import { ConnectionsService } from './modules/connections/connections.service.js';
import { IndexDatabase } from './modules/database/index-database.js';
import { DiscoverySourcesService } from './modules/discovery/discovery-sources.service.js';
import { EventsService } from './modules/events/events.service.js';
import { ClusterService } from './modules/model/cluster.service.js';
import { type LocalIdentity, newReplicaId, REPLICA_FACT } from './modules/model/identity.js';
import { ModelService } from './modules/model/model.service.js';
import { Hasher } from './modules/scanner/hasher.js';
import { WatcherService } from './modules/watcher/watcher.service.js';
import { Walker } from './modules/scanner/walker.js';

@Injectable()
export class NodeService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('node');
  private readonly hearing: (() => void)[] = [];

  constructor(
    private readonly settings: SettingsService,
    private readonly configuration: ConfigurationService,
    private readonly cert: CertService,
    private readonly database: IndexDatabase,
    private readonly model: ModelService,
    private readonly cluster: ClusterService,
    private readonly connections: ConnectionsService,
    private readonly discovery: DiscoverySourcesService,
    private readonly watchers: WatcherService,
    private readonly walker: Walker,
    private readonly hasher: Hasher,
    private readonly events: EventsService,
    private readonly randomness: Randomness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.events.emit('Starting', { home: this.settings.settings.home });
    const { deviceId, shortId } = await this.cert.loadOrCreate();
    this.configuration.start(deviceId);
    const replicaId = await this.openIndex(shortId);
    const identity: LocalIdentity = { deviceId, shortId, replicaId };
    await this.model.start(identity);
    await this.cluster.start();
    await this.connections.start(this.cluster);
    await this.startDiscovery();
    this.logger.log('Ready to synchronize');
    this.events.emit('StartupComplete', { deviceId });
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const stop of this.hearing.splice(0)) stop();
    await this.discovery.stop();
    await this.cluster.stop();
    await this.connections.stop();
    await this.model.stop();
    await this.watchers.close();
    await this.walker.close();
    await this.hasher.close();
    await this.database.close();
  }

  /** After the connections, so that what is announced is listened on. */
  private async startDiscovery(): Promise<void> {
    this.hearing.push(
      this.events.on('DeviceDiscovered', ({ device }) => this.connections.wake(device)),
      this.events.on('NetworkChanged', ({ addresses }) =>
        this.connections.networkChanged(addresses),
      ),
    );
    await this.discovery.start(() => this.connections.listenAddresses);
  }

  /** Opens the index and tells the id of our counters in version vectors (see LocalIdentity). */
  private async openIndex(shortId: bigint): Promise<bigint> {
    const { created, library } = await this.database.open();
    this.logger.debug(`Index opened with ${library}`);
    const known = await this.database.fact(REPLICA_FACT);
    if (known !== undefined) return BigInt(known);
    const isFirst = created && (await this.cert.isFirstIndex());
    const replicaId = isFirst ? shortId : newReplicaId(this.randomness);
    // In this order: after a stop in between, a new random id is the careful choice.
    await this.cert.firstIndexMade();
    await this.database.setFact(REPLICA_FACT, replicaId.toString());
    return replicaId;
  }
}
