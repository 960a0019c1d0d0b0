/**
 * The node's events, typed. An event says that something became true; whoever hears it reads the state from its
 * owner. A lost event costs time until the next scheduled pass, never correctness.
 */
import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { type ItemProblem, messageOf } from '../../domain/errors.js';
import { type FileInfo } from '../../domain/file-info.js';

export interface NodeEvents {
  Starting: { home: string };
  StartupComplete: { deviceId: string };
  DeviceConnected: { device: string; address: string; clientName: string; clientVersion: string };
  DeviceDisconnected: { device: string; error: string };
  /** A configured device was heard on the LAN for the first time, again after a restart, or elsewhere. */
  DeviceDiscovered: { device: string; addresses: string[] };
  /** This machine has other addresses than before; loopback left out. */
  NetworkChanged: { addresses: string[] };
  PendingDevicesChanged: { device: string; address: string; name: string };
  PendingFoldersChanged: { folder: string; device: string; label: string };
  /** Let in, or no longer asking. */
  PendingDeviceCleared: { device: string };
  /** Shared with the device, or no longer offered. */
  PendingFolderCleared: { folder: string; device: string };
  StateChanged: { folder: string; from: FolderState; to: FolderState; error: string };
  LocalIndexUpdated: {
    folder: string;
    items: number;
    sequence: number;
    /** For those who tell people: what was found here, or came from others. */
    changes?: { readonly from: 'here' | 'others'; readonly files: readonly FileInfo[] };
    /** By a scan that goes on, and ends with ScanEnded. */
    scan?: 'new names' | 'deletes follow';
  };
  /** All that a scan found is recorded, or it failed. */
  ScanEnded: { folder: string };
  RemoteIndexUpdated: { folder: string; device: string; items: number; sequence: number };
  ItemStarted: {
    folder: string;
    item: string;
    type: string;
    action: 'update' | 'metadata' | 'delete';
  };
  ItemFinished: {
    folder: string;
    item: string;
    type: string;
    action: 'update' | 'metadata' | 'delete';
    error: string | null;
  };
  FolderErrors: { folder: string; errors: ItemProblem[] };
  FolderScanRequested: { folder: string; names: string[] };
  FolderInSync: { folder: string };
  /** Other links directly below its root are followed than before. */
  FollowedLinksChanged: { folder: string };
  /** The guard of a folder: what a set (`scan`, or a device's short ID) would do, and what became of it. */
  FolderGuardActed: {
    folder: string;
    set: string;
    action: 'held' | 'warned' | 'approved' | 'rejected';
    /** Files; 0 of a decision. */
    deletes: number;
    replaces: number;
  };
  /** Why the folder is not watched, before and now; '' when it is. */
  FolderWatchStateChanged: { folder: string; from: string; to: string };
}

export type FolderState =
  'idle' | 'scanning' | 'scan-waiting' | 'sync-preparing' | 'syncing' | 'error' | 'stopped';

@Injectable()
export class EventsService {
  private readonly logger = new Logger('events');

  constructor(private readonly emitter: EventEmitter2) {}

  emit<K extends keyof NodeEvents>(name: K, payload: NodeEvents[K]): void {
    this.emitter.emit(name, payload);
  }

  /** Returns the call that stops listening. A throwing listener harms nobody else: what it throws is logged. */
  on<K extends keyof NodeEvents>(name: K, listener: (payload: NodeEvents[K]) => void): () => void {
    const heard = (payload: NodeEvents[K]): void => {
      try {
        listener(payload);
      } catch (error) {
        this.logger.error(`Event ${name}: ${messageOf(error)}`);
      }
    };
    this.emitter.on(name, heard);
    return () => {
      this.emitter.off(name, heard);
    };
  }
}
