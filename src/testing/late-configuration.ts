/** The configuration as a whole, made when somebody asks for it: most simulations never do, and it takes its time. */
import { type ConfigJson } from '../modules/config/config-json.js';
import { ConfigurationService } from '../modules/config/configuration.service.js';

export class LateConfiguration extends ConfigurationService {
  private ownId: string | undefined;

  override start(ownId: string): void {
    this.ownId = ownId;
  }

  override get(): ConfigJson {
    this.begin();
    return super.get();
  }

  override update(change: (now: ConfigJson) => unknown): Promise<void> {
    this.begin();
    return super.update(change);
  }

  override get restartKeys(): string[] {
    this.begin();
    return super.restartKeys;
  }

  private begin(): void {
    if (this.ownId !== undefined) super.start(this.ownId);
    this.ownId = undefined;
  }
}
