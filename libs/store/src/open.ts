import type { Store } from './collection.ts';

export declare function openStore(url: string): Promise<Store>;
