/** What stands in a difference for something that is no value. */
export class Ending {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
