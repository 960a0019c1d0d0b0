/** What an application that embeds the node imports as `syncnest`. The test kit is `syncnest/testing`. */
export { AppModule } from './app.module.js';
export { settingsFor, type StatedSettings } from './modules/config/settings-for.js';
export { SettingsService } from './modules/config/settings.service.js';
export { EventsService, type NodeEvents } from './modules/events/events.service.js';
export { ModelService } from './modules/model/model.service.js';
