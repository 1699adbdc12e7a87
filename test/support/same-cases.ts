import fc from 'fast-check'

/** Of the default run: the same cases every time, so that a change is judged by what it changed. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_130 })
