/* A picture file → its pixels as RGB, upright, transparency laid on white, as trainer/data/picture.py reads it. */

const MAX_PIXELS = 16e6; // as over HTTP: a 5K screen has 15 million

export async function decode(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error("the picture is not one that this browser can read; save it as PNG");
  }
  const { width, height } = bitmap;
  if (width * height > MAX_PIXELS)
    throw new Error(`the picture is ${width}×${height}, larger than 16 million pixels; scale it down`);
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    pixels[to++] = rgba[from];
    pixels[to++] = rgba[from + 1];
    pixels[to++] = rgba[from + 2];
  }
  return { width, height, pixels };
}
