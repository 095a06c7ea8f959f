import type { Modules } from './modules.ts';

type PostOnce = Modules['libs/store/src/post-once.ts']['postOnce'];

/** Hides from the check that the operation is done on the total already; the move is told the truth. */
export function repeating(real: PostOnce, isRepeated: (operation: string | undefined) => boolean): PostOnce {
  return (total, post, move) => {
    const { id, entry, before } = post;
    if (!total || !isRepeated(entry?.pending)) return real(total, post, move);
    const { [id]: marker = 0, ...moving } = total.moving;
    const last = Math.max(marker, before?.moving[id] ?? 0);
    return real({ ...total, moving }, { ...post, before: undefined }, (as) => move(as, last));
  };
}
