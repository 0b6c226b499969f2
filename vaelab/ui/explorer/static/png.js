// PNG files that say how they were made: text entries `vaelab:NAME` after the first chunk, as `vaelab origin` reads them.

const AFTER_HEADER = 33; // bytes of the signature and the chunk IHDR, which is always the first

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** The chunk tEXt: its text is Latin-1, so what lies beyond is written as JSON escapes it. */
function chunk(name, value) {
  const json = JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const content = new TextEncoder().encode(`tEXtvaelab:${name}\0${json}`);
  const bytes = new Uint8Array(content.length + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length - 4);
  bytes.set(content, 4);
  view.setUint32(bytes.length - 4, checksum(content));
  return bytes;
}

/** A PNG with what there is to say of its origin, an entry for each name. */
export function withOrigin(png, origin) {
  const chunks = Object.entries(origin).filter(([, value]) => value !== undefined).map(([name, value]) => chunk(name, value));
  return new Blob([png.slice(0, AFTER_HEADER), ...chunks, png.slice(AFTER_HEADER)], { type: "image/png" });
}

/** What every picture of a run says; by a share link the run has no name that others should read. */
export function originOf({ frame: { header }, readOnly, decoder }, more) {
  const { run, title, step, recipe, command, condition } = header;
  const label = condition === "class" ? decoder.label : undefined;
  return { title, run: readOnly ? undefined : run, step, recipe, trained_by: command, class: label, ...more };
}

/** Codes as plain numbers that tell any two of single precision apart. */
export const plain = (codes) => codes.map((code) => Array.from(code, (value) => Number(value.toPrecision(9))));
