/** Milliseconds of processor time of the best of `times` runs: others on the machine hardly enter. */
export async function bestOf(times: number, work: () => unknown): Promise<number> {
  let least = Infinity
  for (let time = 0; time < times; time += 1) {
    const begun = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(begun)
    least = Math.min(least, (user + system) / 1_000)
  }
  return least
}
