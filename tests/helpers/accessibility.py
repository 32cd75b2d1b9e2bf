"""axe-core looks at a page that is open in Chromium."""


def list_violations(page):
    """Sentences on what axe-core finds wrong with a page of Playwright, as it is now."""
    from axe_playwright_python.sync_playwright import Axe
    return [f"{rule['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
            for rule in Axe().run(page).response["violations"] for node in rule["nodes"]]
