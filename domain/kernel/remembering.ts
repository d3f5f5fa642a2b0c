/** How many answers are kept; the workflows of a worker share them. */
const MOST = 256;

/**
 * The same function, which remembers its last answers. For pure ones that are asked the same over and over: an incident's few
 * dozen instants are read, compared and written again at every event. Nobody may change an answer; an error is not kept.
 */
export function remembering<Asked extends string | number, Answer extends NonNullable<unknown>>(
  answer: (asked: Asked) => Answer,
): (asked: Asked) => Answer {
  const known = new Map<Asked, Answer>();
  return (asked) => {
    const remembered = known.get(asked);
    if (remembered !== undefined) return remembered;
    const found = answer(asked);
    if (known.size >= MOST) known.clear();
    known.set(asked, found);
    return found;
  };
}
