// Writes a screenshot (PNG, 8 bits a channel, not interlaced) with at most 256 colours, which makes pages of text a third as large.
'use strict';
const zlib = require('node:zlib');

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The same picture: each colour is the most frequent one of those that agree in their first bits. */
function withPalette(png) {
  const { width, height, pixels } = decoded(png);
  for (let bits = 8; ; bits--) {
    const counts = new Map();
    const keyOf = (at) =>
      ((pixels[at] >> (8 - bits)) << 16) | ((pixels[at + 1] >> (8 - bits)) << 8) | (pixels[at + 2] >> (8 - bits));
    for (let at = 0; at < pixels.length; at += 3) {
      const key = keyOf(at);
      const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
      const of = counts.get(key) ?? counts.set(key, new Map()).get(key);
      of.set(colour, (of.get(colour) ?? 0) + 1);
    }
    if (counts.size > 256) continue;
    const index = new Map([...counts.keys()].map((key, n) => [key, n]));
    const palette = [...counts.values()].flatMap((of) => {
      const [[colour]] = [...of].sort(([, a], [, b]) => b - a);
      return [colour >> 16, (colour >> 8) & 255, colour & 255];
    });
    const rows = Buffer.alloc((width + 1) * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = index.get(keyOf((y * width + x) * 3));
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 3, 0, 0, 0], 8);
    const data = zlib.deflateSync(rows, { level: 9, memLevel: 9 });
    return Buffer.concat([
      SIGNATURE,
      ...chunk('IHDR', header),
      ...chunk('PLTE', Buffer.from(palette)),
      ...chunk('IDAT', data),
      ...chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

function chunk(name, data) {
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  crc.writeUInt32BE(crc32(body));
  return [length, body, crc];
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Three bytes a pixel. https://www.w3.org/TR/png-3/#9Filters */
function decoded(png) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [depth, type, , , interlaced] = png.subarray(24, 29);
  const size = { 2: 3, 6: 4 }[type];
  if (depth !== 8 || !size || interlaced) throw new Error('only PNG of 8 bits a channel in RGB, not interlaced');
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = zlib.inflateSync(Buffer.concat(parts));
  const line = width * size;
  const rows = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const left = x >= size ? rows[y * line + x - size] : 0;
      const up = y > 0 ? rows[(y - 1) * line + x] : 0;
      const corner = x >= size && y > 0 ? rows[(y - 1) * line + x - size] : 0;
      const near = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      rows[y * line + x] = raw[y * (line + 1) + 1 + x] + near;
    }
  }
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0, from = 0; at < pixels.length; at += 3, from += size) rows.copy(pixels, at, from, from + 3);
  return { width, height, pixels };
}

function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(estimate - each));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

module.exports = { withPalette };
