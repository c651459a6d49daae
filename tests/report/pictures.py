"""Makes the pictures of the HTML report that the README shows: ``python -m tests.report.pictures``.

They are of the recorded incident ``auto-partner-down-split``, in light, in dark and as wide as a phone
(Pillow, which comes with matplotlib, keeps them small).
"""

import io
import tempfile
from pathlib import Path

from PIL import Image

import dhcplens as dl
from tests.report.chromium import browser

ROOT = Path(__file__).parent.parent.parent
SHOTS = {
    "report-light": (1000, 1400, "light", 1.0),
    "report-dark": (1000, 1400, "dark", 1.0),
    "report-phone": (390, 900, "light", 1.5),
}


def main() -> None:
    """Write ``notebooks/pictures/report-*.png``."""
    with tempfile.TemporaryDirectory() as folder, browser() as page:
        file = Path(folder) / "report.html"
        report = dl.read(ROOT / "fixtures" / "auto-partner-down-split").report()
        file.write_text(report.as_html(), encoding="utf-8")
        page.open(file)
        for name, shot in SHOTS.items():
            picture = Image.open(io.BytesIO(page.picture(*shot))).convert("RGB")
            picture.save(ROOT / "notebooks" / "pictures" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
