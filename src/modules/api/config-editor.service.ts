/**
 * Changes the configuration for requests: one after the other, each from the configuration as it is then. A new
 * password is hashed before it is kept anywhere.
 */
import { Injectable } from '@nestjs/common';
import bcrypt from 'bcryptjs';
import { messageOf } from '../../domain/errors.js';
import { type ConfigJson, type JsonObject } from '../config/config-json.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { HttpError } from './http-error.js';

const BCRYPT_ROUNDS = 10;
const BCRYPT_HASH = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;

@Injectable()
export class ConfigEditor {
  constructor(private readonly configuration: ConfigurationService) {}

  /** Rejects with HttpError: 400 for what cannot be used, 409 for what is set from outside. */
  async change(edit: (config: ConfigJson) => unknown): Promise<void> {
    try {
      await this.configuration.update((now) => withHashedPassword(edit(now), now));
    } catch (error) {
      throw answerFor(error);
    }
  }
}

/** In one step, as passwords change rarely: nothing else may change the configuration meanwhile. */
function withHashedPassword(next: unknown, before: ConfigJson): unknown {
  const gui = (next as { gui?: JsonObject } | null)?.gui;
  const password = gui?.['password'];
  if (typeof password !== 'string' || password === '') return next;
  if (password === before.gui['password'] || BCRYPT_HASH.test(password)) return next;
  const hash = bcrypt.hashSync(password, BCRYPT_ROUNDS);
  return { ...(next as JsonObject), gui: { ...gui, password: hash } };
}

function answerFor(error: unknown): unknown {
  // By name: the classes belong to another module's plain files.
  const name = (error as { name?: unknown } | null)?.name;
  if (name === 'PinnedSetting') return new HttpError(409, messageOf(error));
  if (name === 'BadSettings') return new HttpError(400, messageOf(error));
  return error;
}
