// Finds where a row of candidates changes from not meeting to meeting, by asking as few of them as
// it can: from a first guess it leaps away in doubling steps until the answer is enclosed, then
// halves. It trusts that the row changes once; every neighbour of the answer has been asked.

/** The first index that meets, or `count` when none does. `meets` is asked once for each index. */
export async function firstMeeting(
  count: number,
  guess: number,
  meets: (index: number) => Promise<boolean>,
): Promise<number> {
  let below = -1
  let above = count
  const start = Math.min(count - 1, Math.max(0, guess))
  const isUp = !(await meets(start))
  if (isUp) below = start
  else above = start
  for (let step = 1; isUp ? above === count && below < count - 1 : below === -1 && above > 0;) {
    const index = isUp ? Math.min(count - 1, below + step) : Math.max(0, above - step)
    const isMet = await meets(index)
    if (isMet) above = index
    else below = index
    step *= 2
    if (isMet === isUp) break
  }
  while (above - below > 1) {
    const index = Math.floor((above + below) / 2)
    if (await meets(index)) above = index
    else below = index
  }
  return above
}
