import { stat } from 'node:fs/promises'
import { fileFailure, type Failure } from './failure.ts'

/** What is wrong with the first path that cannot be imported; `-` is the standard input. */
export async function wrongPath(paths: readonly string[]): Promise<Failure | undefined> {
  for (const path of paths) {
    if (path === '-') continue
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1]?.toLowerCase()
    if (scheme !== undefined) {
      return { message: `\`${path}\` is an address; nothing here opens a network connection`, help: copying(scheme, path) }
    }
    try {
      await stat(path)
    } catch (error) {
      return fileFailure(path, 'read', error)
    }
  }
  return undefined
}

/** The command that fetches what stands at an address. */
function copying(scheme: string, address: string): string {
  const quoted = `'${address.replaceAll("'", String.raw`'\''`)}'`
  switch (scheme) {
    case 'http':
    case 'https':
    case 'ftp':
      return `copy it first: curl -fLO ${quoted}`
    case 's3':
      return `copy it first: aws s3 cp ${quoted} .`
    case 'gs':
      return `copy it first: gcloud storage cp ${quoted} .`
    case 'az':
    case 'abfs':
    case 'abfss':
      return `copy it first: azcopy copy ${quoted} .`
    case 'hf':
      return `copy it first: huggingface-cli download ${quoted}`
    case 'file':
      return 'name the file by its path'
    default:
      return 'copy it to this machine first'
  }
}
