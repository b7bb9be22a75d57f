"""`./run pictures`: take the pictures of the documentation from a demonstration, with a real browser."""

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTH = 1180


def main() -> int:
    """Photograph the page of the edited post as the clerk sees it, and one document of each layout."""
    chromium = os.environ.get("DAYBOOK_CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).exists():
        print(f"There is no browser at {chromium}; name one in DAYBOOK_CHROMIUM.", file=sys.stderr)
        return 2
    django.setup()

    from playwright.sync_api import sync_playwright

    from config.demo.paper_pictures import printed, screened

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in this thread
    FOLDER.mkdir(exist_ok=True)
    made = printed(FOLDER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        made += screened(FOLDER, browser)
        made.append(_record(browser))
        browser.close()
    for path in made:
        print(f"  {path}")
    return 0


def _record(browser: "Browser") -> Path:
    """Capture the story, sign in as the clerk, and photograph the page of the edited post."""
    from django.utils import timezone

    from archive.records.models import RecordKey
    from config.demo.founding import demonstration_found, sandbox_address
    from config.demo.play import story_capture
    from config.demo.telling import Tale
    from config.runner.state_file import StateFile
    from sandbox import story
    from sandbox.puppeteer import Puppeteer

    password = secrets.token_hex(12)
    url, token, control = sandbox_address()
    cast = demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    story_capture(Tale(), cast, network)
    record = RecordKey.objects.get(value=network.id_of(story.EDITED_POST)).record
    address = f"http://127.0.0.1:{StateFile.read(Path(os.environ['DAYBOOK_STATE_DIR'])).ports['web']}"
    page = browser.new_page(viewport={"width": WIDTH, "height": 1500}, device_scale_factor=1)
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=login]", "clerk")
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.goto(f"{address}/records/{record.ref}/")
    page.screenshot(path=FOLDER / "record.png")
    return FOLDER / "record.png"


if __name__ == "__main__":
    sys.exit(main())
