/** A record with optional fields that may have been set to `undefined`: these are left out. */
export function withoutAbsent<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
