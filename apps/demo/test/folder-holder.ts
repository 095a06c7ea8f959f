/** A process that holds a data folder until it is killed: folder-holder.ts FOLDER */
import { takeDataFolder } from '../src/data-folder.ts';

process.once('disconnect', () => process.exit());
await takeDataFolder(process.argv[2] ?? '');
process.send?.('held');
