#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/look.py BROWSER REPORT.html OUTDIR

Photographs a page in four widths and both colour schemes, prints it, and leaves the pictures in
OUTDIR for a person to look at. What a machine can tell it tells, a line each: a page that is wider
than its window, a scheme that is not followed, a picture without anything on it.
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

WIDTHS = (360, 768, 1280, 1920)
HEIGHT = 2400
SCHEMES = {"dark": 0, "light": 1}  # as Blink numbers them
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--allow-file-access-from-files", "--disable-web-security")
# Frames as wide as a window would be: the content of each may not be wider.
MEASURE = """<!doctype html><title>measure</title><body>%s<script>
onload=()=>{for(const f of document.querySelectorAll('iframe')){
const d=f.contentDocument.documentElement,p=document.createElement('p');
p.textContent='width '+f.width+' content '+d.scrollWidth+' height '+d.scrollHeight;
document.body.append(p)}}</script>"""
wrong = []


def run(browser, scratch, *words):
    return subprocess.run([browser, *FLAGS, f"--user-data-dir={scratch}/profile", *words],
                          capture_output=True, text=True, timeout=180, check=False).stdout


def pixels(path):
    """Width, height and rows of an 8-bit RGB or RGBA picture (PNG specification, 9.2)."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    if depth != 8 or colour not in (2, 6):
        raise ValueError(f"{path}: not an RGB picture of 8 bits")
    step, raw, rows = 3 + (colour == 6), zlib.decompress(packed), []
    last = bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        row, method = bytearray(raw[start + 1:start + 1 + width * step]), raw[start]
        for i, value in enumerate(row):
            a = row[i - step] if i >= step else 0
            b = last[i]
            c = last[i - step] if i >= step else 0
            if method == 1:
                row[i] = (value + a) & 255
            elif method == 2:
                row[i] = (value + b) & 255
            elif method == 3:
                row[i] = (value + (a + b) // 2) & 255
            elif method == 4:
                near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))
                row[i] = (value + near[2]) & 255
        rows.append(row)
        last = row
        if y == 400:  # the head of the page is enough
            break
    return width, height, step, rows


def look(path, scheme, width):
    if not path.exists():
        wrong.append(f"{path.name}: no picture was taken")
        return
    seen, _, step, rows = pixels(path)
    if seen != width:
        wrong.append(f"{path.name}: {seen} pixels wide")
    # The left edge below the coloured head is plain background.
    light = sum(rows[-1][:3]) / 3
    if (light > 128) != (scheme == "light"):
        wrong.append(f"{path.name}: the background is {'light' if light > 128 else 'dark'}")
    colours = {bytes(row[i:i + 3]) for row in rows for i in range(0, len(row), step)}
    if len(colours) < 32:
        wrong.append(f"{path.name}: only {len(colours)} colours, there is nothing on it")


def main(browser, page, out):
    page, out = pathlib.Path(page).resolve(), pathlib.Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        frames = "".join(f'<iframe src="file://{page}" width="{w}" height="900"></iframe>'
                         for w in WIDTHS)
        measure = pathlib.Path(scratch) / "measure.html"
        measure.write_text(MEASURE % frames, encoding="utf-8")
        told = run(browser, scratch, "--virtual-time-budget=8000", "--dump-dom",
                   f"file://{measure}")
        sizes = re.findall(r"width (\d+) content (\d+)", told)
        if len(sizes) != len(WIDTHS):
            wrong.append("the browser did not measure the page")
        wrong.extend(f"at {window} pixels the page is {content} wide"
                     for window, content in sizes if int(content) > int(window))
        for scheme, number in SCHEMES.items():
            for width in WIDTHS:
                picture = out / f"{scheme}-{width}.png"
                picture.unlink(missing_ok=True)
                run(browser, scratch, f"--blink-settings=preferredColorScheme={number}",
                    f"--window-size={width},{HEIGHT}", f"--screenshot={picture}", f"file://{page}")
                look(picture, scheme, width)
        printed = out / "print.pdf"
        run(browser, scratch, "--no-pdf-header-footer", f"--print-to-pdf={printed}",
            f"file://{page}")
        if not printed.exists() or not printed.read_bytes().startswith(b"%PDF"):
            wrong.append("it cannot be printed")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
