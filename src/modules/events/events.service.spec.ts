import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EventsService } from './events.service.js';

beforeAll(() => Logger.overrideLogger(false));

it('a listener that throws harms neither the others nor whoever tells', () => {
  const events = new EventsService(new EventEmitter2());
  const heard: string[] = [];
  events.on('FolderInSync', () => {
    throw new Error('of a listener');
  });
  const stop = events.on('FolderInSync', ({ folder }) => heard.push(folder));
  events.emit('FolderInSync', { folder: 'a' });
  stop();
  events.emit('FolderInSync', { folder: 'b' });
  expect(heard).toEqual(['a']);
});
