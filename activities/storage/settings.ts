/** Where dossiers, previews and the public status page are written. */
import path from 'node:path';
import { settingsGroup, text, url, variable } from '../../platform/settings/variable';

/** A folder, and the address under which it is served, where anything serves it. */
export interface SiteSettings {
  dir: string;
  url?: string;
}

export const siteSettings = settingsGroup({
  title: 'Pages',
  unset: 'the local site',
  variables: {
    TOCSIN_SITE_URL: variable('The address under which staff read dossiers and previews.', url, {
      unset: "that of the local site, else the path of the file on the worker's machine stands in its place",
    }),
    TOCSIN_STATUS_DIR: variable(
      'The folder into which the public status page is written: the one that your web server publishes.',
      text,
      { unset: 'the folder of dossiers and previews; in production it must be set, or Statuspage' },
    ),
    TOCSIN_STATUS_URL: variable('The address under which that folder is published.', url, {
      unset: 'the path of the file; in production it must be set with the folder',
    }),
  },
  build(values, { standIns, dataDir }): { site: SiteSettings; status: SiteSettings } {
    const site = {
      dir: standIns?.site.dir ?? path.join(dataDir, 'site'),
      url: values.TOCSIN_SITE_URL ?? standIns?.site.url,
    };
    const { TOCSIN_STATUS_DIR: dir, TOCSIN_STATUS_URL: address } = values;
    return { site, status: dir ? { dir, url: address } : site };
  },
});
