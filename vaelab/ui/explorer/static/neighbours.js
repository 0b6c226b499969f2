// Which classes lie around a code: those of the nearest held-out codes, in all dimensions.

/** {label, share} of the class that most of the `count` nearest codes have; null where the codes have no classes. */
export function classAround(code, codes, labels, count = 15) {
  const size = code.length;
  const total = Math.floor((codes?.length ?? 0) / size);
  if (!labels || total === 0 || labels.length < total) return null;
  const nearest = []; // [distance, label], the farthest last
  for (let index = 0, at = 0; index < total; index++, at += size) {
    const limit = nearest.length < count ? Infinity : nearest.at(-1)[0];
    let distance = 0;
    for (let k = 0; k < size && distance < limit; k++) distance += (codes[at + k] - code[k]) ** 2;
    if (distance >= limit) continue;
    const place = nearest.findIndex(([other]) => other > distance);
    nearest.splice(place < 0 ? nearest.length : place, 0, [distance, labels[index]]);
    if (nearest.length > count) nearest.pop();
  }
  const votes = new Map();
  for (const [, label] of nearest) votes.set(label, (votes.get(label) ?? 0) + 1);
  const [label, most] = [...votes].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { label, share: most / nearest.length };
}
