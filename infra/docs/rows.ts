/** One row of a Markdown table. */
export const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;

/** Codes as a list in one cell. */
export const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
