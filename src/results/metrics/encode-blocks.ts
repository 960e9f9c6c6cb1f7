// More than the longest result: its texts are bounded, and JSON makes at most six characters of one.
const maxLength = 32 * 1024;
const bytesPerCharacter = 3;

/**
 * The texts one after another in UTF-8, in blocks; none may be longer than a block. All blocks are in one
 * buffer, so each is good until the next is asked for: garbage of this size piles up outside of the heap
 * before it is collected.
 */
export function* encodeBlocks(texts: Iterable<string>): Generator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytesPerCharacter * maxLength);
  const encode = (text: string) => buffer.subarray(0, buffer.write(text));
  let block = "";
  for (const text of texts) {
    if (block.length + text.length > maxLength) {
      yield encode(block);
      block = "";
    }
    block += text;
  }
  yield encode(block);
}
