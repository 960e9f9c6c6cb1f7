// Shorter ones are ordinary words, and no credential.
const minLength = 6;

/**
 * A plugin's messages with `***` for every word that is also in `secret`, what it wrote to its output: one
 * that shows its answer while it is being debugged would else put credentials into our log.
 */
export function hideWords(messages: string, secret: string): string {
  const hide = (word: string) => (word.length >= minLength && secret.includes(word) ? "***" : word);
  return messages.replace(/[^\s"'`]+/g, hide).replace(/[^\s"'`=:,;(){}[\]<>]+/g, hide);
}
