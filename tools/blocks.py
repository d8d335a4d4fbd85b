"""Generated parts of a page, between two HTML comments."""


class BlockMissing(ValueError):
    """The page has no place for the block."""


def replace(page: str, name: str, content: str, by: str = "make docs") -> str:
    """The page with this content of the block. Raises BlockMissing."""
    begin, end = f"<!-- {name}: made by `{by}` -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise BlockMissing(f"the page has no lines {begin.strip()} and {end.strip()}")
    return f"{before}{begin}\n{content.strip()}\n\n{end}{after}"


def mermaid(lines: list[str]) -> str:
    """A diagram, which GitHub draws."""
    return "\n".join(["```mermaid", *lines, "```"])


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
