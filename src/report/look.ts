// What the reader's screen can show, and the marks and colours that follow from it.
import picocolors from 'picocolors'

export interface Look {
  colour: boolean
  /** False where the locale is not UTF-8: marks and bars are then ASCII. */
  unicode: boolean
  /** Columns. */
  width: number
}

export type Paint = (text: string) => string

/** Colours by what they say. Without colour each gives the text back. */
export interface Ink {
  heading: Paint
  quiet: Paint
  good: Paint
  doubtful: Paint
  bad: Paint
}

export function inkOf({ colour }: Look): Ink {
  const colours = picocolors.createColors(colour)
  return {
    heading: colours.bold,
    quiet: colours.dim,
    good: colours.green,
    doubtful: colours.yellow,
    bad: colours.red,
  }
}
