/** Where the files of a site lie when nothing else is said. */
export const DEFAULT_CONFIG_FILE = '/etc/evenkeel/evenkeel.yaml';
export const SITE_KEY_FILE = '/etc/evenkeel/keys/site.key';
