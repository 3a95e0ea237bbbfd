"""How the docs become a site: `make docs` builds it into build/docs, and fails on a broken link."""

project = "Tillway"
author = "The Tillway authors"
copyright = "The Tillway authors, Apache-2.0"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["build"]

myst_enable_extensions = ["fieldlist"]
# A heading can be linked to by its words, as it can where the pages are read in the repository.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "Tillway"
html_copy_source = False
html_show_sphinx = False
html_extra_path = ["openapi.json", "reference/alerts.yml"]
