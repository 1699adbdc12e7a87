export { bucketMillionths, drawMillionths } from '../policy/draw.ts'
