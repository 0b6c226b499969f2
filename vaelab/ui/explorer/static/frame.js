// A frame is one self-contained message: u32 header length | JSON header | raw little-endian arrays.
// Everything in it comes from outside, so every length and offset is checked before a view is made on the bytes.
// Typed arrays use the byte order of the machine, which is little endian on everything that runs a browser today.

const HEADER_LIMIT = 4 * 1024 * 1024;
const TYPES = {
  float32: { bytes: 4, view: (buffer, at, length) => new Float32Array(buffer, at, length) },
  float16: { bytes: 2, view: (buffer, at, length) => widen(new Uint16Array(buffer, at, length)) },
  uint8: { bytes: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
  int32: { bytes: 4, view: (buffer, at, length) => new Int32Array(buffer, at, length) },
};

export function parseFrame(buffer) {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < 8) throw new Error("The frame is empty or cut off.");
  const headerLength = new DataView(buffer).getUint32(0, true);
  const payload = 4 + headerLength;
  if (headerLength > HEADER_LIMIT || payload > buffer.byteLength)
    throw new Error(`The frame says its header has ${headerLength} bytes, but only ${buffer.byteLength - 4} arrived.`);

  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength)));
  } catch {
    throw new Error("The header of the frame is not valid JSON.");
  }
  if (header === null || typeof header !== "object" || header.version !== 1)
    throw new Error("The frame has a version that this page does not know. Reload the page.");

  const arrays = {};
  const shapes = {};
  for (const entry of header.arrays ?? []) {
    arrays[entry.name] = viewOf(buffer, payload, entry);
    shapes[entry.name] = entry.shape;
  }
  return { header, arrays, shapes };
}

function viewOf(buffer, payload, { name, dtype, shape, offset }) {
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : null;
  if (!type) throw new Error(`The array "${name}" has the unknown type "${dtype}".`);
  const whole = (number) => Number.isInteger(number) && number >= 0;
  if (!Array.isArray(shape) || !shape.every(whole) || !whole(offset))
    throw new Error(`The array "${name}" has no valid shape or offset.`);
  const length = shape.reduce((product, size) => product * size, 1);
  const at = payload + offset;
  if (at + length * type.bytes > buffer.byteLength) throw new Error(`The array "${name}" ends after the frame does.`);
  // A sender that forgot the padding costs a copy, not an exception.
  if (at % type.bytes !== 0) return type.view(buffer.slice(at, at + length * type.bytes), 0, length);
  return type.view(buffer, at, length);
}

// Half precision by table: 65,536 entries are made once, then each value is one look-up. Float16Array is too young.
let halves = null;

function widen(bits) {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = halves[bits[index]];
  return values;
}
