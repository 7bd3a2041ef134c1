import { access, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the farm's phones, its ports and its secrets need of ours; all else is Debian's. */
const ours = [
  'asterisk.conf',
  'ari.conf',
  'http.conf',
  'logger.conf',
  'manager.conf',
  'pjsip.conf',
  'queues.conf',
  'rtp.conf',
];

/**
 * Puts Debian's own configuration in place of our lean one: all modules loaded, call detail records written, as an
 * app_queue is installed. The dialplan stays ours, for its one extension.
 */
export async function asShipped(folder: string): Promise<void> {
  const shipped = await shippedFolder();
  for (const name of await readdir(shipped)) {
    const stays = ours.includes(name) || name.startsWith('extensions');
    if (name.endsWith('.conf') && !stays) await copyFile(join(shipped, name), join(folder, name));
  }
}

/** Of the unpacked Asterisk, else of the machine's. */
async function shippedFolder(): Promise<string> {
  const root =
    process.env.CORDBOARD_ASTERISK_ROOT ?? fileURLToPath(new URL('../../var/debian-asterisk', import.meta.url));
  for (const folder of [join(root, 'etc/asterisk'), '/etc/asterisk']) {
    const there = await access(join(folder, 'modules.conf')).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  throw new Error('no modules.conf of Debian in sight: scripts/asterisk install');
}
