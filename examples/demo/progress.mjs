const BAR_WIDTH = 30;
const LINE_EVERY_MS = 1_000;

/**
 * Shows how far a job is, on stderr: a bar on a terminal, else a line a second.
 *
 * @param {number} total
 * @param {() => string} note what to say behind the count
 */
export function createProgress(total, note) {
  const { stderr } = process;
  let nextLineAt = performance.now();
  return {
    /** @param {number} done */
    update(done) {
      const text = `${done}/${total} files, ${note()}`;
      if (stderr.isTTY) {
        const filled = Math.round((BAR_WIDTH * done) / Math.max(1, total));
        stderr.write(`\r\x1b[2K${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${text}`);
      } else if (performance.now() >= nextLineAt) {
        nextLineAt += LINE_EVERY_MS;
        stderr.write(`${text}\n`);
      }
    },
    end() {
      if (stderr.isTTY) stderr.write("\r\x1b[2K");
    },
  };
}
