/** What stands in a difference for something that is no value. */
export class Ending {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const LATE = new Ending("nothing, in all the time that there was");
export const NOT_CALLED = new Ending("no call");
