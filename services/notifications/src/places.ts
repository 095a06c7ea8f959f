/** A limited number of places for each key. */
export interface Places {
  isFull(key: string): boolean;
  /** Takes a place, also where none is free. The returned function gives it back. */
  take(key: string): () => void;
}

export function createPlaces(each: number): Places {
  const taken = new Map<string, number>();
  const count = (key: string) => taken.get(key) ?? 0;
  return {
    isFull: (key) => count(key) >= each,
    take(key) {
      taken.set(key, count(key) + 1);
      return () => {
        if (count(key) > 1) taken.set(key, count(key) - 1);
        else taken.delete(key);
      };
    },
  };
}
