"""usage: pictures.py > pictures.golden     JPEG files and scaled pictures as Pillow (libjpeg-turbo) has them

Needs Pillow. A line each: `jpeg NAME HEIGHT WIDTH CHANNELS FILE PIXELS` or `fit crop|stretch HEIGHT WIDTH PIXELS`, bytes in
hexadecimal, pixels row by row; the source of `fit` is picture(37, 29)."""
import io

from PIL import Image, ImageOps


def picture(height, width):
    """As `picture` of PicturesTest.cpp."""
    return Image.frombytes("RGB", (width, height), bytes(
        (x * (7 + 3 * c) + y * (11 - 2 * c) + x * y * (c + 1) % 17) % 256 for y in range(height) for x in range(width) for c in range(3)))


def jpeg(name, image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    pixels = Image.open(io.BytesIO(file.getvalue()))
    print("jpeg", name, pixels.height, pixels.width, len(pixels.getbands()), file.getvalue().hex(), pixels.tobytes().hex())


colours = picture(13, 19)
jpeg("grey", colours.convert("L"), quality=85)
jpeg("halved", colours, quality=75)                      # 4:2:0
jpeg("full", colours, quality=92, subsampling=0)
jpeg("progressive", colours, quality=80, progressive=True, optimize=True)
jpeg("cmyk", colours.convert("CMYK"), quality=80)
for height, width in ((37, 29), (16, 16), (9, 21), (50, 20), (64, 80)):
    crop = ImageOps.fit(picture(37, 29), (width, height), Image.Resampling.BILINEAR)
    stretch = picture(37, 29).resize((width, height), Image.Resampling.BILINEAR)
    print("fit crop", height, width, crop.tobytes().hex())
    print("fit stretch", height, width, stretch.tobytes().hex())
print("luma", picture(13, 19).convert("L").tobytes().hex())
