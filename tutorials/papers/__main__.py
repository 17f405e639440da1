"""Write the pages of the rules and their pictures again: run `python -m papers` in the folder above."""

from papers.pages import FOLDER, drawn, index, names, page

(FOLDER / "README.md").write_text(index(), encoding="utf-8")
for name in names():
    (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")
    (FOLDER / f"{name}.png").write_bytes(drawn(name))
