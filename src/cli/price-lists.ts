import { readFile, readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse as parseToml } from 'smol-toml'
import { parseExactJson } from '../analysis/prices/exact-json.ts'
import { litellmListing } from '../analysis/prices/litellm.ts'
import { modelsDevFiles, modelsDevListing, type ModelFile } from '../analysis/prices/models-dev.ts'
import { openRouterListing } from '../analysis/prices/openrouter.ts'
import { fieldOf, fieldsOf, textOf, type Listing } from '../analysis/prices/listing.ts'
import { fileFailure, isFileError, type Failure } from './failure.ts'

export const priceFormats = ['litellm', 'models.dev'] as const
export type PriceFormat = (typeof priceFormats)[number]

export interface ReadList {
  readonly source: string
  readonly day: string | undefined
  readonly listing: Listing
}

export type ReadListResult =
  { readonly ok: true; readonly list: ReadList } | { readonly ok: false; readonly failure: Failure }

/** The largest price list that is read, in bytes, and the most files of one. */
const maxListBytes = 100_000_000
const maxListFiles = 50_000

/** One price list: a JSON file, packed or not, or a directory of models.dev's TOML files. */
export async function readPriceList(format: PriceFormat, path: string): Promise<ReadListResult> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) return await readDocument(format, path, found.size)
    if (format === 'litellm') {
      return refuse(
        `\`${path}\` is a directory, expected LiteLLM's JSON file`,
        'name the file in it',
      )
    }
    return await readTomlTree(path)
  } catch (error) {
    if (isFileError(error)) return { ok: false, failure: fileFailure(path, 'read', error) }
    throw error
  }
}

async function readDocument(
  format: PriceFormat,
  path: string,
  size: number,
): Promise<ReadListResult> {
  if (size > maxListBytes)
    return refuse(`\`${path}\` is larger than ${maxListBytes} bytes`, 'a price list is smaller')
  if (/\.(?:tar(?:\.\w+)?|tgz|zip)$/.test(path))
    return refuse(`\`${path}\` is an archive`, 'unpack it, and name the file or the directory in it')
  const bytes = await readFile(path)
  const text = await textIn(path, bytes)
  if (text === undefined)
    return refuse(
      `\`${path}\` is no UTF-8 text, or larger unpacked than ${maxListBytes} bytes`,
      'check the file',
    )
  if (path.endsWith('.toml')) return listed(path, undefined, modelsDevFiles([tomlFile(path, text)]))
  const document = parseExactJson(text)
  if (document === undefined)
    return refuse(
      `\`${path}\` is no JSON`,
      'a price list is a JSON file, or a directory of TOML files',
    )
  const updated = textOf(fieldOf(fieldsOf(document), 'last_updated'))
  const listing =
    format === 'litellm'
      ? litellmListing(document)
      : (openRouterListing(document) ?? modelsDevListing(document))
  if (listing === undefined)
    return refuse(`\`${path}\` is no price list of ${format}`, 'check the format')
  return listed(path, updated, listing)
}

async function readTomlTree(root: string): Promise<ReadListResult> {
  const paths: string[] = []
  const search = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) await search(path)
      else if (entry.isFile() && path.endsWith('.toml')) paths.push(path)
    }
  }
  await search(root)
  if (paths.length === 0)
    return refuse(
      `there is no \`.toml\` file below \`${root}\``,
      'name the directory that holds `providers` and `models`',
    )
  if (paths.length > maxListFiles)
    return refuse(
      `there are more than ${maxListFiles} files below \`${root}\``,
      'name the directory of models.dev alone',
    )
  const files: ModelFile[] = []
  for (const path of paths.toSorted()) {
    if ((await stat(path)).size <= maxListBytes)
      files.push(tomlFile(path, await readFile(path, 'utf8')))
  }
  return listed(root, undefined, modelsDevFiles(files))
}

function tomlFile(path: string, text: string): ModelFile {
  const name = path.split(sep).join('/')
  try {
    return { path: name, document: parseToml(text) }
  } catch {
    return { path: name, document: undefined }
  }
}

async function textIn(path: string, bytes: Buffer): Promise<string | undefined> {
  try {
    const unpacked = path.endsWith('.gz')
      ? gunzipSync(bytes, { maxOutputLength: maxListBytes })
      : bytes
    return new TextDecoder('utf-8', { fatal: true }).decode(unpacked)
  } catch {
    return undefined
  }
}

const date = /\d{4}-\d{2}-\d{2}/

function listed(path: string, updated: string | undefined, listing: Listing): ReadListResult {
  const name = path.split(/[\\/]/).findLast((part) => part !== '') ?? path
  return {
    ok: true,
    list: { source: name, day: date.exec(name)?.[0] ?? date.exec(updated ?? '')?.[0], listing },
  }
}

function refuse(message: string, help: string): ReadListResult {
  return { ok: false, failure: { message, help } }
}
