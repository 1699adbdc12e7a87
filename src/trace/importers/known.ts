/** An object's fields without those whose value is unknown: absent and unknown are one in a trace. */
export type Known<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

export function known<T extends object>(fields: T): Known<T> {
  // A loop: this runs several times a call.
  const kept: { [field: string]: unknown } = {}
  for (const field in fields) {
    if (fields[field] !== undefined) kept[field] = fields[field]
  }
  return kept as Known<T>
}
